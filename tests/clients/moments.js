// The present and the past in caches of others, as docs/clients.md connects them: `node moments.js URL TOKEN MOMENT IDS`, with
// the ids of one object of each kind. For each library: a watched screen of the present, then the past, then both in one
// request, then everything again by its id. Prints for each what it saw: { now, then, nowAfter, both, again, nowAtLast }, and
// beside them what the page's own query answers (`compare`), and its types in TypeScript (`types`).
import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, writeFileSync, symlinkSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSchema, getNamedType, isLeafType, parse } from "graphql";
import relay from "relay-runtime";

const [url, token, moment, idList] = process.argv.slice(2);
const sdl = new URL("../../schema/api.graphql", import.meta.url);
const ids = JSON.parse(idList);
const schema = buildSchema(readFileSync(sdl, "utf8"));
const page = readFileSync(new URL("../../docs/clients.md", import.meta.url), "utf8");
const [, compare] = page.match(/^```graphql\n([^]*?)^```$/m);

// Of each kind of object all that is a value and asks for nothing.
const kinds = schema.getPossibleTypes(schema.getType("Node"));
const plainFields = (type) =>
  Object.values(type.getFields()).filter(
    (field) => isLeafType(getNamedType(field.type)) && field.args.every((argument) => !argument.type.toString().endsWith("!")),
  );
// A name of its own for each that other kinds have as another type: an answer takes only so many.
const typesOf = new Map();
for (const { name, type } of kinds.flatMap(plainFields)) {
  typesOf.set(name, (typesOf.get(name) ?? new Set()).add(type.toString()));
}
const isShared = (name) => typesOf.get(name).size > 1;
const values = (kind) => {
  const named = plainFields(kind).map(({ name }) => (isShared(name) ? `${kind.name}_${name}: ${name}` : name));
  return `... on ${kind.name} { ${named.join(" ")} }`;
};
const node = `__typename id key ${kinds.map(values).join(" ")}`;
const screen = `head { position } operation(code: "SAPHAN") { id key status hHour plan { id number } } nodes(ids: $ids) { ${node} }`;
const at = `asOf(at: { recordedAt: ${JSON.stringify(moment)} })`;
const documents = {
  momentsNowQuery: `query momentsNowQuery($ids: [ID!]!) { ${screen} }`,
  momentsThenQuery: `query momentsThenQuery($ids: [ID!]!) { ${at} { id key ${screen} } }`,
  momentsBothQuery: `query momentsBothQuery($ids: [ID!]!) { now: nodes(ids: $ids) { ${node} } then: ${at} { id nodes(ids: $ids) { ${node} } } }`,
  momentsAgainQuery: `query momentsAgainQuery($ids: [ID!]!) { nodes(ids: $ids) { ${node} } }`,
};

// What every library is asked, whose `ask` answers from the network and puts it into the cache, and whose `watch` tells what
// a screen that stays open shows at any time.
async function tell({ ask, watch }) {
  const shown = await watch("momentsNowQuery", { ids });
  const now = plain(shown());
  const then = plain((await ask("momentsThenQuery", { ids })).asOf);
  const nowAfter = plain(shown());
  const both = plain(await ask("momentsBothQuery", { ids }));
  const thenIds = [then.id, ...then.nodes.map(({ id }) => id)];
  const again = plain((await ask("momentsAgainQuery", { ids: thenIds })).nodes);
  return { now, then, nowAfter, both, again, nowAtLast: plain(shown()) };
}
// What travels, without what libraries put beside it.
function plain(value) {
  return JSON.parse(JSON.stringify(value, (name, inner) => (name.startsWith("__") && name !== "__typename" ? undefined : inner)));
}

// The page's programs as modules, beside the packages that they name.
const folder = mkdtempSync(join(tmpdir(), "clients-"));
mkdirSync(join(folder, "src"));
symlinkSync(join(import.meta.dirname, "node_modules"), join(folder, "node_modules"));
const programs = {};
for (const section of page.split(/^## /m).slice(1)) {
  const [title] = section.split("\n", 1);
  const [, code] = section.match(/^```js\n([^]*?)^```$/m);
  writeFileSync(join(folder, `${title}.mjs`), code);
  programs[title] = await import(pathToFileURL(join(folder, `${title}.mjs`)));
}

// Relay compiles what is asked against the schema.
function compiled() {
  writeFileSync(join(folder, "schema.graphql"), readFileSync(sdl));
  writeFileSync(join(folder, "package.json"), "{}");
  const source = Object.values(documents).map((text) => `graphql\`${text}\`;`);
  writeFileSync(join(folder, "src/moments.js"), `import { graphql } from "relay-runtime";\n${source.join("\n")}\n`);
  const config = { src: "./src", schema: "./schema.graphql", language: "javascript" };
  writeFileSync(join(folder, "relay.config.json"), JSON.stringify(config));
  const compiler = join(import.meta.dirname, "node_modules/relay-compiler/cli.js");
  execFileSync(process.execPath, [compiler, "relay.config.json"], { cwd: folder, stdio: ["ignore", 2, 2] });
  const load = createRequire(join(folder, "src/"));
  return Object.fromEntries(Object.keys(documents).map((name) => [name, load(`./__generated__/${name}.graphql.js`)]));
}

// What a screen that stays open shows at any time, once it shows something.
function shownBy(observed) {
  return new Promise((ready, failed) => {
    let last;
    observed.subscribe(({ data, error }) => {
      if (error) failed(error);
      if (data) ready(() => last);
      last = data ?? last;
    });
  });
}

function apollo() {
  const client = programs["Apollo Client"].connect(url, token);
  const query = (name) => parse(documents[name]);
  return {
    async ask(name, variables) {
      return (await client.query({ query: query(name), variables, fetchPolicy: "network-only" })).data;
    },
    watch: (name, variables) => shownBy(client.watchQuery({ query: query(name), variables })),
  };
}

function urql() {
  const client = programs["urql"].connect(url, token);
  return {
    async ask(name, variables) {
      const { data, error } = await client.query(documents[name], variables, { requestPolicy: "network-only" }).toPromise();
      if (error) throw error;
      return data;
    },
    watch: (name, variables) => shownBy(client.query(documents[name], variables)),
  };
}

function relayRuntime() {
  const artifacts = compiled();
  const environment = programs["Relay"].connect(url, token);
  const { createOperationDescriptor, fetchQuery, getRequest } = relay;
  const ask = (name, variables) => fetchQuery(environment, artifacts[name], variables).toPromise();
  return {
    ask,
    async watch(name, variables) {
      await ask(name, variables);
      const operation = createOperationDescriptor(getRequest(artifacts[name]), variables);
      environment.retain(operation);
      return () => environment.lookup(operation.fragment).data;
    },
  };
}

const libraries = { apollo, relay: relayRuntime, urql };
const seen = {};
try {
  for (const [name, make] of Object.entries(libraries)) seen[name] = await tell(make());
  const client = programs["Apollo Client"].connect(url, token);
  const variables = { at: { recordedAt: moment } };
  seen.compare = plain((await client.query({ query: parse(compare), variables })).data);
  const types = await programs["Types for TypeScript"].types(readFileSync(sdl, "utf8"), compare);
  [seen.types] = types.match(/^export type CompareQuery = .*$/m);
} finally {
  rmSync(folder, { recursive: true });
}
// Connections are kept open; what was written has to be read before they are left.
process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
