// Websockets that their clients close: `node close.js URL TOKEN`. Prints the code that each saw in the end, and whether that
// was clean: of `ws` by the code that it closed with, and of graphql-ws.
import { createClient } from "graphql-ws";
import { once } from "node:events";
import WebSocket from "ws";

const [url, token] = process.argv.slice(2);
const address = `${url.replace(/^http/, "ws")}/ws`;
const payload = { authorization: `Bearer ${token}` };
const seen = {};

for (const code of [undefined, 1000, 4000]) {
  const socket = new WebSocket(address, "graphql-transport-ws");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init", payload }));
  await once(socket, "message");
  // In the middle of something.
  const query = "subscription { events { position } }";
  socket.send(JSON.stringify({ type: "subscribe", id: "1", payload: { query } }));
  socket.close(code, code && "bye");
  const [saw, reason] = await once(socket, "close");
  seen[`ws ${code ?? "without a code"}`] = [saw, String(reason)];
}

seen["graphql-ws"] = await new Promise((resolve, reject) => {
  const client = createClient({
    url: address,
    webSocketImpl: WebSocket,
    connectionParams: payload,
    lazy: false,
    onNonLazyError: reject,
    on: { connected: () => client.dispose(), closed: ({ code, wasClean }) => resolve([code, wasClean]) },
  });
});
console.log(JSON.stringify(seen));
