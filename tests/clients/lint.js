// The API's conventions, as far as a linter can hold them: `node lint.js SDL`. Prints what breaks one, and where.
import { readFileSync } from "node:fs";
import graphql from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";

const [path] = process.argv.slice(2);
const recommended = graphql.configs["flat/schema-recommended"].rules;
const [, names] = recommended["@graphql-eslint/naming-convention"];
const MUTATION = "ObjectTypeDefinition[name.value='Mutation'] > FieldDefinition";
const ROOT = "/^(Query|Mutation|Subscription)$/";

// Edges to what is computed, not kept, and so has no id.
const WITHOUT_NODE = ["AccessLogEntryEdge", "AgendaEntryEdge", "ChangeEdge", "ReplayStepEdge", "TaskVersionEdge"];

const rules = {
  ...recommended,
  ...graphql.configs["flat/schema-relay"].rules,
  // What is computed as it is read, such as changes, may run one way only.
  "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
  // Lists that are short by nature, such as a plan's phases, are plain.
  "@graphql-eslint/relay-edge-types": [
    "error",
    { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
  ],
  // Docs carry information or are absent: a field's name may say it all, and a command's input and answers are
  // described by its mutation. `rootField` would do for the roots, but in 4.4 it finds none where there are two.
  "@graphql-eslint/require-description": [
    "error",
    {
      ObjectTypeDefinition: true,
      InterfaceTypeDefinition: true,
      EnumTypeDefinition: true,
      EnumValueDefinition: true,
      ScalarTypeDefinition: true,
      DirectiveDefinition: true,
      FieldDefinition: true,
      ignoredSelectors: [
        "InterfaceTypeDefinition > FieldDefinition",
        `ObjectTypeDefinition:not([name.value=${ROOT}]) > FieldDefinition`,
      ],
    },
  ],
  "@graphql-eslint/naming-convention": [
    "error",
    { ...names, InputObjectTypeDefinition: { requiredPattern: /(Input|Filter|Order|Moment)$/ } },
  ],
  // What is a part of another thing, such as a phase, has no id of its own.
  "@graphql-eslint/strict-id-in-types": "off",
  "@graphql-eslint/input-name": ["error", { checkInputType: true, caseSensitiveInputType: false }],
  "@graphql-eslint/require-nullable-fields-with-oneof": "error",
  "no-restricted-syntax": [
    "error",
    {
      selector: `${MUTATION}[gqlType.kind!='NamedType'], ${MUTATION} > NamedType[name.value!=/Result$/]`,
      message: "A mutation answers with its result, which may be null, so that a fault of one loses no other's.",
    },
    {
      selector: `${MUTATION}[arguments.length!=1]`,
      message: "A mutation takes one input.",
    },
    {
      selector: "UnionTypeDefinition[name.value=/Result$/]:not(:has(> NamedType[name.value='Refused']))",
      message: "A result may be a refusal.",
    },
    {
      selector: "FieldDefinition:not([name.value='nodes']) ListType > NamedType",
      message: "What is not there is not in a list; only `nodes` keeps places free.",
    },
  ],
};

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: path } } },
    plugins: { "@graphql-eslint": graphql },
    rules,
  },
});
const text = readFileSync(path, "utf8");
const lines = text.split("\n");
const results = await eslint.lintText(text, { filePath: "api.graphql" });
const said = new Set();
for (const { line, column, message, ruleId } of results.flatMap((result) => result.messages)) {
  const without = WITHOUT_NODE.some((name) => lines[line - 1].startsWith(`type ${name} `));
  if (without && message.includes("must implement `Node`")) continue;
  // A schema that is none is said by every rule that needs one.
  if (!said.has(message)) console.error(`${path}:${line}:${column}: ${message} (${ruleId})`);
  said.add(message);
  process.exitCode = 1;
}
