// Apollo Client with its link for persisted queries: `node persisted.js URL TOKEN`. Prints, by the method that hashes are
// sent with, what each of two queries got and how many requests went out until then.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";

const [uri, token] = process.argv.slice(2);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const results = {};
for (const [method, useGETForHashedQueries] of [
  ["POST", false],
  ["GET", true],
]) {
  let requests = 0;
  const counting = (...sent) => {
    requests += 1;
    return fetch(...sent);
  };
  const http = new HttpLink({ uri, fetch: counting, headers: { authorization: `Bearer ${token}` } });
  const link = new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(http);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  results[method] = [];
  for (let asked = 0; asked < 2; asked += 1) {
    const query = gql`
      {
        head {
          position
        }
      }
    `;
    const { data } = await client.query({ query, fetchPolicy: "no-cache" });
    results[method].push({ position: data.head.position, requests });
  }
}
console.log(JSON.stringify(results));
