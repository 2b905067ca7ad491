// A foreign client for the tests: nostr-tools, told what to do by one JSON object a line, answering likewise.
import "./webcrypto.mjs";
import { createInterface } from "node:readline";
import { initNostrWasm } from "nostr-wasm";
import { nip77 } from "nostr-tools";
import { AbstractRelay } from "nostr-tools/abstract-relay";
import * as nip44 from "nostr-tools/nip44";
import { finalizeEvent, setNostrWasm, verifyEvent } from "nostr-tools/wasm";
import WebSocket from "ws";

const { Negentropy, NegentropyStorageVector, NegentropySync } = nip77;
setNostrWasm(await initNostrWasm());
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
let relay;
let live;

function storage(items) {
  const vector = new NegentropyStorageVector();
  for (const [time, id] of items) vector.insert(time, id);
  vector.seal();
  return vector;
}

function read(filter) {
  return new Promise((resolve, reject) => {
    const events = [];
    const subscription = relay.subscribe([filter], {
      eoseTimeout: 60_000,
      onevent: (event) => events.push(event),
      oninvalidevent: () => reject(new Error("an event that does not verify")),
      onclose: (reason) => reject(new Error(reason)),
      oneose: () => {
        subscription.onclose = undefined;
        subscription.close();
        resolve(events);
      },
    });
  });
}

const commands = {
  async open({ url }) {
    relay = new AbstractRelay(url, { verifyEvent, websocketImplementation: WebSocket });
    await relay.connect();
    return true;
  },
  async auth({ secret }) {
    return await relay.auth(async (draft) => finalizeEvent(draft, bytes(secret)));
  },
  sign: async ({ secret, draft }) => finalizeEvent(draft, bytes(secret)),
  publish: async ({ event }) => await relay.publish(event),
  read: async ({ filter }) => await read(filter),
  count: async ({ filter }) => await relay.count([filter], {}),
  async listen({ filter }) {
    live = [];
    await new Promise((resolve) => relay.subscribe([filter], { onevent: (event) => live.push(event), oneose: resolve }));
    return true;
  },
  async heard({ count }) {
    while (live.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    return live;
  },
  encrypt: async ({ key, text }) => nip44.encrypt(text, bytes(key)),
  decrypt: async ({ key, payload }) => nip44.decrypt(payload, bytes(key)),
  conversation: async ({ secret, other }) =>
    Buffer.from(nip44.getConversationKey(bytes(secret), other)).toString("hex"),
  sync: ({ filter, items }) =>
    new Promise((resolve, reject) => {
      const have = [];
      const need = [];
      const sync = new NegentropySync(relay, storage(items), filter, {
        onhave: (id) => have.push(id),
        onneed: (id) => need.push(id),
        onclose: (reason) => (reason ? reject(new Error(reason)) : resolve({ have, need })),
      });
      sync.start();
    }),
  // Reconciliation without a relay: nostr-tools asks, whoever sits at the other end of the pipe answers.
  async ask({ items, frame }) {
    this.asker = new Negentropy(storage(items), frame);
    return this.asker.initiate();
  },
  async hear({ message }) {
    const have = [];
    const need = [];
    const reply = this.asker.reconcile(message, (id) => have.push(id), (id) => need.push(id));
    return { reply, have, need };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...rest } = JSON.parse(line);
  let answer;
  try {
    answer = { result: await commands[command](rest) };
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0);
