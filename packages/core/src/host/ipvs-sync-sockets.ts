/** The UDP sockets of IPVS's synchronisation daemons (`make_send_sock`, `make_receive_sock`). Left out: vs.sync_sock_size. */
import { Errno } from "../base/errno.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../packet/ipv4-address.ts";
import { Scope } from "./device/config.ts";
import type { SyncSocket, SyncSockets } from "./ipvs/host.ts";
import type { SocketLayer, UdpSocket } from "./transport/socket.ts";

export interface SyncSocketsOwner {
  readonly sockets: SocketLayer;
  deviceNamed(name: string): { readonly index: number } | undefined;
}

interface SourceSelector {
  selectSource(device: number, towards: Ipv4Address, scope: number): Ipv4Address;
}

class Sender implements SyncSocket {
  private readonly socket: UdpSocket;

  constructor(socket: UdpSocket) {
    this.socket = socket;
  }

  send(octets: Uint8Array): Errno {
    return this.socket.send(octets, null);
  }

  close(): void {
    this.socket.close();
  }
}

export class IpvsSyncSockets implements SyncSockets {
  private readonly owner: SyncSocketsOwner;
  private readonly sources: SourceSelector;

  constructor(owner: SyncSocketsOwner, sources: SourceSelector) {
    this.owner = owner;
    this.sources = sources;
  }

  sender(device: string, group: Ipv4Address, port: number, ttl: number): SyncSocket | Errno {
    const found = this.owner.deviceNamed(device);
    if (found === undefined) return Errno.ENODEV;
    const socket = this.owner.sockets.udp();
    socket.setOptions({ groupDevice: found.index, groupTtl: ttl, discoverPathMtu: false });
    const source = this.sources.selectSource(found.index, ANY_ADDRESS, Scope.universe);
    const errno =
      socket.bind({ address: source, port: 0 }) || socket.connect({ address: group, port });
    if (errno === 0) return new Sender(socket);
    socket.close();
    return errno;
  }

  receiver(
    device: string,
    group: Ipv4Address,
    port: number,
    receive: (octets: Uint8Array) => void,
  ): SyncSocket | Errno {
    const found = this.owner.deviceNamed(device);
    if (found === undefined) return Errno.ENODEV;
    const socket = this.owner.sockets.udp();
    socket.setOptions({ device: found.index });
    const errno = socket.bind({ address: group, port });
    if (errno !== 0) {
      socket.close();
      return errno;
    }
    socket.joinGroup(group, found.index);
    socket.onEvent = () => {
      for (let next = socket.receive(); next !== undefined; next = socket.receive())
        receive(next.octets);
    };
    return new Sender(socket);
  }
}
