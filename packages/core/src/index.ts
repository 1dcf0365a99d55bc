export { AssertionError, assert, unreachable } from "./base/assert.ts";
export { Errno, type ErrnoName, errnoText } from "./base/errno.ts";
export type { NamespaceConfig } from "./host/namespace-config.ts";
export type { SocketLayer } from "./host/transport/socket.ts";
export { createRng, type Rng } from "./rng/rng.ts";
export { Engine, type RunOutcome } from "./time/engine.ts";
export { SimEvent } from "./time/event.ts";
export {
  type Duration,
  elapsed,
  type Instant,
  later,
  microseconds,
  milliseconds,
  nanoseconds,
  START,
  seconds,
} from "./time/instant.ts";
export type { ChangeOrigin, ChangePatch } from "./trace/trace.ts";
