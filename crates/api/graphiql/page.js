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

async function fetcher(parameters, options) {
  const post = posts[choice.selectedIndex];
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
      authorization: `Bearer ${post ? post.token : token.value.trim()}`,
      ...options?.headers,
    },
    body: JSON.stringify(parameters),
  });
  const answer = await response.json();
  const at = answer.extensions?.position;
  position.textContent = at === undefined ? "" : `as of position ${at}`;
  return answer;
}

const graphiql = React.createElement(GraphiQL, {
  fetcher,
  defaultQuery: query,
  defaultEditorToolsVisibility: "variables",
  isHeadersEditorEnabled: false,
});
ReactDOM.createRoot(document.getElementById("graphiql")).render(graphiql);
