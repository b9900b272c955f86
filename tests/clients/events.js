// The JSON Schemas of the events, as another implementation reads them: `node events.js FOLDER`. Prints each schema that
// is none, and each example that its schema does not take.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [folder] = process.argv.slice(2);
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
addFormats(ajv);
ajv.addFormat("uint32", { type: "number", validate: (value) => value >= 0 && value < 2 ** 32 });
// Ours: the version of the shape.
ajv.addKeyword({ keyword: "version", schemaType: "number" });

function complain(name, what) {
  console.error(`${name}: ${what}`);
  process.exitCode = 1;
}

for (const name of readdirSync(folder)) {
  const schema = JSON.parse(readFileSync(join(folder, name), "utf8"));
  try {
    const takes = ajv.compile(schema);
    if (!schema.examples?.length) complain(name, "has no examples");
    for (const [index, example] of (schema.examples ?? []).entries()) {
      if (!takes(example)) complain(name, `example ${index}: ${ajv.errorsText(takes.errors)}`);
    }
  } catch (error) {
    complain(name, error.message);
  }
}
