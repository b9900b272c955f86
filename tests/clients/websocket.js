// A subscription by graphql-ws that is cut off again and again: `node websocket.js URL TOKEN LAST`. Prints the positions
// of the events that it got up to and with LAST, and how often it was cut off.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, token, last] = process.argv.slice(2);
let socket;
const client = createClient({
  url: `${url.replace(/^http/, "ws")}/ws`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  // Whoever knows the last position resumes, not the library.
  retryAttempts: 0,
  on: { opened: (opened) => (socket = opened) },
});

const query = "subscription ($after: Position) { events(after: $after) { id position type operation { code } } }";
const positions = [];
let cuts = 0;
while (positions.at(-1) !== last) {
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
        socket.terminate();
      }
    }
  } catch (event) {
    // 1006: the connection was lost, without a word.
    if (event?.code !== 1006) throw event;
  }
}
await client.dispose();
console.log(JSON.stringify({ positions, cuts }));
