/**
 * The protocols without states of their own: UDP (`nf_conntrack_proto_udp.c`), ICMP queries, GRE, and all others. A flow
 * lives longer once it was answered; for UDP only when it is still busy two seconds after its first datagram.
 */
import {
  type ConnectionKeeper,
  JIFFIES_PER_SECOND,
  type ProtocolTracker,
  TrackOutcome,
} from "./protocol.ts";
import { ConnectionStatus, EventBit, type TrackedConnection } from "./tracked-connection.ts";
import { isIcmpQuery } from "./tuple.ts";

const STREAM_AFTER_SECONDS = 2;

function assure(keeper: ConnectionKeeper, connection: TrackedConnection): void {
  if (connection.has(ConnectionStatus.assured)) return;
  connection.status |= ConnectionStatus.assured;
  keeper.note(connection, EventBit.assured);
}

export const UDP: ProtocolTracker = {
  packet(keeper, connection, info, frame) {
    const { udpTimeout, udpTimeoutStream } = keeper.sysctls;
    if (!connection.has(ConnectionStatus.confirmed))
      connection.streamFrom = keeper.jiffies + STREAM_AFTER_SECONDS * JIFFIES_PER_SECOND;
    const stream =
      connection.has(ConnectionStatus.seenReply) && keeper.jiffies > connection.streamFrom;
    keeper.refresh(connection, info, frame, stream ? udpTimeoutStream : udpTimeout);
    if (stream) assure(keeper, connection);
    return TrackOutcome.tracked;
  },
};

export const ICMP: ProtocolTracker = {
  packet(keeper, connection, info, frame) {
    const isFirst = !connection.has(ConnectionStatus.confirmed);
    if (isFirst && !isIcmpQuery(frame.icmpType)) return TrackOutcome.invalid;
    keeper.refresh(connection, info, frame, keeper.sysctls.icmpTimeout);
    return TrackOutcome.tracked;
  },
};

export const GRE: ProtocolTracker = {
  packet(keeper, connection, info, frame) {
    const { greTimeout, greTimeoutStream } = keeper.sysctls;
    const answered = connection.has(ConnectionStatus.seenReply);
    keeper.refresh(connection, info, frame, answered ? greTimeoutStream : greTimeout);
    if (answered) assure(keeper, connection);
    return TrackOutcome.tracked;
  },
};

export const GENERIC: ProtocolTracker = {
  packet(keeper, connection, info, frame) {
    keeper.refresh(connection, info, frame, keeper.sysctls.genericTimeout);
    return TrackOutcome.tracked;
  },
};
