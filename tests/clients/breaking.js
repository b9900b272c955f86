// What breaks clients of an older schema: `node breaking.js OLD NEW`. Prints each such change, and fails if there is one.
import { readFileSync } from "node:fs";
import { ChangeType, CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

// May surprise a client, and is how an API grows: clients expect values and members that they do not know.
const GROWTH = new Set([
  ChangeType.EnumValueAdded,
  ChangeType.UnionMemberAdded,
  ChangeType.ObjectTypeInterfaceAdded,
  ChangeType.InputFieldAdded,
  ChangeType.FieldArgumentAdded,
]);

const [older, newer] = process.argv.slice(2).map((path) => buildSchema(readFileSync(path, "utf8")));
for (const { type, criticality, message } of await diff(older, newer)) {
  const { level } = criticality;
  if (level === CriticalityLevel.NonBreaking) continue;
  if (level === CriticalityLevel.Dangerous && GROWTH.has(type)) continue;
  console.error(`${type}: ${message}`);
  process.exitCode = 1;
}
