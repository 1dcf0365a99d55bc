/** How the layers above IPv4 are put together: what they share (counters, secrets) and how packets find them. */
import { IpProtocol } from "../../packet/protocol.ts";
import { TransportSecrets } from "./secrets.ts";
import { SocketNumbers } from "./socket-numbers.ts";
import { TcpLayer } from "./tcp/tcp-layer.ts";
import { type Transport, TransportCounters } from "./transport.ts";
import type { TransportHost } from "./transport-host.ts";
import { UdpLayer } from "./udp/udp-layer.ts";

/** UDP and TCP of one namespace; registers itself with `host.ip`. Tables are made at their first use. */
export function createTransport(host: TransportHost): Transport {
  const counters = new TransportCounters();
  let secrets: TransportSecrets | null = null;
  const lazySecrets = (): TransportSecrets => {
    secrets ??= new TransportSecrets(host.rng);
    return secrets;
  };
  const numbers = new SocketNumbers();
  const tcp = new TcpLayer(host, counters, numbers, lazySecrets);
  const udp = new UdpLayer(host, counters, numbers, lazySecrets);
  host.ip.register(IpProtocol.tcp, tcp);
  host.ip.register(IpProtocol.udp, udp);
  return {
    counters,
    udp: () => udp.socket(),
    tcp: () => tcp.socket(),
    listen: (local, backlog) => tcp.listen(local, backlog),
    summaries: () => [...tcp.summaries(), ...udp.summaries()],
  };
}
