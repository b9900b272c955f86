// Accord's demo page: GraphiQL, and a choice of whom to act as.
"use strict";

const { posts, query } = JSON.parse(document.getElementById("demo").textContent);
const choice = document.getElementById("post");
const own = document.getElementById("own");
const token = document.getElementById("token");
const position = document.getElementById("position");

for (const { label } of posts) choice.add(new Option(label));
choice.add(new Option("another token …"));
choice.addEventListener("change", () => {
  own.hidden = choice.selectedIndex < posts.length;
  if (!own.hidden) token.focus();
});

function ask(path, accept, parameters, options, signal) {
  const post = posts[choice.selectedIndex];
  return fetch(path, {
    method: "POST",
    headers: {
      accept,
      "content-type": "application/json",
      authorization: `Bearer ${post ? post.token : token.value.trim()}`,
      ...options?.headers,
    },
    body: JSON.stringify(parameters),
    signal,
  });
}

function show(answer) {
  const at = answer.extensions?.position;
  position.textContent = at === undefined ? "" : `as of position ${at}`;
  return answer;
}

function isSubscription({ operationName }, document) {
  const operations = document?.definitions.filter(({ kind }) => kind === "OperationDefinition") ?? [];
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return operation?.operation === "subscription";
}

// Events of one stream, until the page has enough of them.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const data = block.split("\n").find((line) => line.startsWith("data: "));
      if (data) yield JSON.parse(data.slice("data: ".length));
    }
  }
}

async function listen(parameters, options, observer, signal) {
  try {
    const response = await ask("/graphql/stream", "text/event-stream", parameters, options, signal);
    if (!response.ok) observer.next(show(await response.json()));
    else for await (const answer of events(response)) observer.next(show(answer));
    observer.complete();
  } catch (error) {
    if (!signal.aborted) observer.error(error);
  }
}

function subscribe(parameters, options) {
  return {
    subscribe(observer) {
      const controller = new AbortController();
      void listen(parameters, options, observer, controller.signal);
      return { unsubscribe: () => controller.abort() };
    },
  };
}

async function fetcher(parameters, options) {
  if (isSubscription(parameters, options?.documentAST)) return subscribe(parameters, options);
  const accept = "application/graphql-response+json, application/json";
  return show(await (await ask("/graphql", accept, parameters, options)).json());
}

const graphiql = React.createElement(GraphiQL, {
  fetcher,
  defaultQuery: query,
  defaultEditorToolsVisibility: "variables",
  isHeadersEditorEnabled: false,
});
ReactDOM.createRoot(document.getElementById("graphiql")).render(graphiql);
