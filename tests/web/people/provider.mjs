// The provider of npm's oidc-provider on a free port of this machine, with one client; says its port on standard output.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, back] = process.argv.slice(2);
const from = createRequire(pathToFileURL(`${folder}/package.json`));
const { default: Provider } = await import(pathToFileURL(from.resolve("oidc-provider")));
const server = createServer((request, answer) => provider.callback()(request, answer));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const { port } = server.address();
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "rampart", client_secret: "a secret of both", redirect_uris: [back] }],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  pkce: { required: () => true },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, preferred_username: `npm.${sub}`, groups: ["editors"] }),
  }),
});
console.log(port);
