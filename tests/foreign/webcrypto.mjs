// Node 18 (Debian 12) has no global `crypto`, which nostr-tools' libraries look for when they are loaded: import this first.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
