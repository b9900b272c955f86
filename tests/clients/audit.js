// The GraphQL-over-HTTP audit: `node audit.js URL TOKEN`. Prints what is not ok, and a count of each kind.
import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);
const results = await auditServer({
  url,
  fetchFn: (address, options = {}) =>
    fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } }),
});
const counts = { ok: 0, notice: 0, warn: 0, error: 0 };
for (const { id, name, status, reason } of results) {
  counts[status] += 1;
  if (status !== "ok") console.error(`${status} ${id}: ${name}: ${reason}`);
}
console.log(JSON.stringify(counts));
