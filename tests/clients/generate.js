// A typed client in TypeScript, as others generate theirs: `node generate.js SDL FOLDER` writes `schema.ts`, with every
// type of the schema, and `operations.ts`, with what the documents in `documents` ask for and are answered.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as typedDocumentNode from "@graphql-codegen/typed-document-node";
import * as typescript from "@graphql-codegen/typescript";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import { buildASTSchema, parse } from "graphql";

const [sdl, folder] = process.argv.slice(2);
const schema = parse(readFileSync(sdl, "utf8"));
const source = new URL("documents/", import.meta.url);
const documents = readdirSync(source)
  .sort()
  .map((name) => ({ location: name, document: parse(readFileSync(new URL(name, source), "utf8")) }));
// Every scalar of ours travels as text.
const config = { defaultScalarType: "string", enumsAsTypes: true, useTypeImports: true };

async function write(name, pluginMap) {
  const filename = join(folder, name);
  const plugins = Object.keys(pluginMap).map((plugin) => ({ [plugin]: {} }));
  const schemaAst = buildASTSchema(schema);
  writeFileSync(filename, await codegen({ schema, schemaAst, documents, filename, config, plugins, pluginMap }));
}

mkdirSync(folder, { recursive: true });
await write("schema.ts", { typescript });
await write("operations.ts", { typescriptOperations, typedDocumentNode });
