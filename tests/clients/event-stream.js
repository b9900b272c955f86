// The same by graphql-sse: `node event-stream.js URL TOKEN LAST`.
import { createClient } from "graphql-sse";

const [url, token, last] = process.argv.slice(2);
let connection;
const client = createClient({
  url: `${url}/stream`,
  headers: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
  fetchFn: (address, options) => {
    connection = new AbortController();
    return fetch(address, { ...options, signal: AbortSignal.any([options.signal, connection.signal]) });
  },
});

const query = "subscription ($after: Position) { events(after: $after) { id position type operation { code } } }";
const positions = [];
let cuts = 0;
while (positions.at(-1) !== last) {
  let cut = false;
  try {
    for await (const { data, errors, extensions } of client.iterate({
      query,
      variables: { after: positions.at(-1) ?? "0" },
    })) {
      if (errors || extensions.position !== data.events.position) throw new Error(JSON.stringify(errors));
      positions.push(data.events.position);
      if (positions.at(-1) === last) break;
      if (positions.length % 50 === 0) {
        cuts += 1;
        cut = true;
        connection.abort();
      }
    }
  } catch (error) {
    if (!cut) throw error;
  }
}
client.dispose();
console.log(JSON.stringify({ positions, cuts }));
