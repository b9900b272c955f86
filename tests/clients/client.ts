// What a program of a partner's might do, on the generated types: it compiles as long as the API keeps its word.
// Each `@ts-expect-error` is a control, an error itself when the types would let that pass.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import {
  AddTaskDocument,
  ApprovePlanDocument,
  AsKnownDocument,
  HistoryDocument,
  LiveDocument,
  NodesDocument,
  OperationsDocument,
  type OperationsQuery,
  PlanUnderDecisionDocument,
  ScheduleDocument,
} from "./generated/operations.ts";
import type { PlanDecision, RefusalCode } from "./generated/schema.ts";

type Ask = <Data, Variables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) => Promise<Data>;

export function client(url: string, token: string): Ask {
  return async (document, variables) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(errors[0].message);
    return data;
  };
}

/** Every page of a list. */
export async function activeOperations(ask: Ask): Promise<string[]> {
  const titles: string[] = [];
  let after: string | null = null;
  do {
    const { operations }: OperationsQuery = await ask(OperationsDocument, { status: "ACTIVE", first: 100, after });
    titles.push(...operations.edges.map(({ node }) => `${node.title}, led by ${node.leadPartner.name}`));
    after = operations.pageInfo.hasNextPage ? operations.pageInfo.endCursor : null;
  } while (after !== null);
  // @ts-expect-error: a status has a name of its own.
  await ask(OperationsDocument, { status: "BURNING" });
  return titles;
}

/** Decides on exactly what it was shown. */
export async function approve(ask: Ask, code: string): Promise<string> {
  const { head, operation } = await ask(PlanUnderDecisionDocument, { code });
  // @ts-expect-error: an operation may be hidden or absent, and have no plan.
  void operation.plan.id;
  const plan = operation?.plan;
  if (!plan) return "There is nothing to approve.";
  // @ts-expect-error: a decision says what its author was looking at.
  await ask(ApprovePlanDocument, { input: { planVersionId: plan.id, contentHash: plan.contentHash } });
  const input = { planVersionId: plan.id, contentHash: plan.contentHash, seenAt: head.position };
  const { approvePlan } = await ask(ApprovePlanDocument, { input });
  // @ts-expect-error: what came of it may be unknown, when the server broke off.
  void approvePlan.refusals;
  if (!approvePlan) return "Ask whether it was carried out, under the same idempotency key.";
  if (!approvePlan.receipt) return mend(approvePlan.refusals.map(({ code }) => code));
  const { position, commitHash } = approvePlan.receipt;
  // @ts-expect-error: positions are 64-bit integers, which JavaScript's numbers are not.
  void (position - 1);
  return `${position}:${commitHash}`;
}

/** A refusal is data, and its code tells what to do. */
function mend(codes: RefusalCode[]): string {
  if (codes.includes("STALE_PLAN_VERSION")) return "Look again: the plan has changed.";
  return `Refused: ${codes.join(", ")}.`;
}

export async function draft(ask: Ask, operation: string): Promise<string | undefined> {
  const { addTask } = await ask(AddTaskDocument, {
    input: {
      operation,
      code: "T30",
      title: "Escort the second convoy",
      phase: "P3",
      leadPartner: "THA",
      territory: "THA",
      startOffset: "PT6H",
      duration: "PT2H",
    },
  });
  return addTask && "task" in addTask ? addTask.task?.id : undefined;
}

/** What was known at a moment, beside what is known now. */
export async function review(ask: Ask, recordedAt: string): Promise<PlanDecision["kind"][]> {
  const { then, now } = await ask(AsKnownDocument, {
    at: { recordedAt },
    validAt: recordedAt,
    code: "SAPHAN",
    post: "MMR-01",
  });
  // @ts-expect-error: a moment is named in one way.
  await ask(AsKnownDocument, { at: { recordedAt, position: "7" }, validAt: recordedAt, code: "", post: "" });
  if (then.post?.inPost && now?.status !== then.operation?.status) console.log(then.head.position);
  return then.operation?.plan?.decisions.map(({ kind }) => kind) ?? [];
}

export async function floats(ask: Ask, ids: string[]): Promise<Map<string, string | null>> {
  const { nodes } = await ask(NodesDocument, { ids });
  const found = new Map<string, string | null>();
  for (const node of nodes) if (node?.__typename === "Task") found.set(node.code, node.totalFloat);
  return found;
}

export async function conflicts(ask: Ask, code: string): Promise<string[]> {
  const { operation } = await ask(ScheduleDocument, { code, basis: "OFFSETS" });
  return operation?.schedule.conflicts.map(({ kind, message }) => `${kind}: ${message}`) ?? [];
}

/** What happened to a thing, newest first: a page. */
export async function history(ask: Ask, subject: string): Promise<string[]> {
  const { events } = await ask(HistoryDocument, { filter: { subject }, first: 10 });
  return events.edges.map(({ node }) => `${node.position} ${node.occurredAt} ${node.type}`);
}

/** Live, by whatever carries subscriptions: never skips, never repeats, and goes on where it was cut off. */
export async function follow(
  subscribe: <Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) => AsyncIterable<Data>,
  after: string,
): Promise<string> {
  for await (const { events } of subscribe(LiveDocument, { after })) after = events.position;
  return after;
}
