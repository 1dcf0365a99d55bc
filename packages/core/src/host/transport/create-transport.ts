import type { Transport } from "./transport.ts";
import type { TransportHost } from "./transport-host.ts";

/** UDP and TCP of one namespace; registers itself with `host.ip`. Tables are made at their first use. */
export function createTransport(host: TransportHost): Transport {
  throw new Error(`not yet: ${host.place}`);
}
