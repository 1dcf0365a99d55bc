/** Who remembers what was decided for the packets of masqueraded connections. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Connection } from "./connection.ts";

export interface FlowMemory {
  /**
   * `frame`, which `input` took in, or this host made if that is null, has made a connection. It is as it was when it came
   * before IPVS.
   */
  opened(frame: Frame, input: NetDevice | null): void;
  /**
   * A request of `connection`, which `input` took in, has its route to the server and the server's address, and is about to
   * leave. True when it has left, because nobody would look at it any more; false when it is to go on.
   */
  sendRequest(frame: Frame, connection: Connection, input: NetDevice | null): boolean;
  /** An answer of `connection`, on its way through, has the virtual service's address and its route to the client. */
  learnAnswer(frame: Frame, connection: Connection): void;
  /** `connection` has just come, or is about to go: other packets than before are its own, or they do more than before. */
  forget(connection: Connection): void;
  /** A packet that went the whole way changed the state of a masqueraded connection. */
  stateChanged(connection: Connection): void;
  /** A command changed services, servers, timeouts or daemons. */
  forgetAll(): void;
}
