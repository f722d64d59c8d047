// A real login provider on loopback, for tests. Prints its issuer, and ends when its standard input does.
//
// POST /control takes JSON: {"rotate": true} signs with a new key from then on, {"expireCodes": true} lets every code
// that was given expire, {"account": {"id": …, "claims": {…}}} says what is known of somebody, {"idTokenTells": true}
// puts the claims into the ID token. Whoever logs in is let in by name, without a password.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const [redirect] = process.argv.slice(2);
const kept = new Map();
const accounts = new Map();
let keyNumber = 0;
let tellsInToken = false;
let keys = [newKey()];

class Rows {
  constructor(model) {
    this.model = model;
  }

  name(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload) {
    kept.set(this.name(id), payload);
  }

  async find(id) {
    return kept.get(this.name(id));
  }

  async findByUid(uid) {
    return [...kept.values()].find((payload) => payload.uid === uid && payload.kind === this.model);
  }

  async consume(id) {
    kept.get(this.name(id)).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    kept.delete(this.name(id));
  }

  async revokeByGrantId(grant) {
    for (const [name, payload] of kept) {
      if (payload.grantId === grant) kept.delete(name);
    }
  }
}

function newKey() {
  keyNumber += 1;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: `key-${keyNumber}`, use: 'sig', alg: 'RS256' };
}

function provider(issuer) {
  const made = new Provider(issuer, {
    adapter: Rows,
    clients: [{ client_id: 'towpath', client_secret: 'the-secret', redirect_uris: [redirect] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: !tellsInToken,
    cookies: { keys: ['only for tests'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }),
    jwks: { keys },
    pkce: { required: () => true },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });
  return made.callback();
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

const server = createServer(async (request, response) => {
  if (request.url !== '/control') {
    answer(request, response);
    return;
  }
  const said = await body(request);
  if (said.account) accounts.set(said.account.id, said.account.claims);
  if (said.idTokenTells !== undefined) tellsInToken = said.idTokenTells;
  if (said.rotate) keys = [newKey()];
  if (said.expireCodes) {
    for (const payload of kept.values()) {
      if (payload.kind === 'AuthorizationCode') payload.exp = 1;
    }
  }
  answer = provider(issuer);
  response.end('done');
});

let answer;
let issuer;
server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  answer = provider(issuer);
  process.stdout.write(`${issuer}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
