/** Where the network makes two frames of one (floods, duplicates, fragments, what ICMP quotes): a new field of Frame gets its line here. */
import { Frame } from "./frame.ts";

/** A copy that its owner may change; `id` names it in the trace. Payload and carried packet are shared: nobody writes them. */
export function copyFrame(from: Frame, id: number): Frame {
  const copy = new Frame(id);
  copy.parentId = from.parentId;
  copy.origin = from.origin;
  copy.ethernet = from.ethernet;
  copy.source = from.source;
  copy.destination = from.destination;
  copy.protocol = from.protocol;
  copy.ttl = from.ttl;
  copy.identification = from.identification;
  copy.fragment = from.fragment;
  copy.length = from.length;
  copyTransport(from, copy);
  copy.payload = from.payload;
  copy.payloadOffset = from.payloadOffset;
  copy.payloadLength = from.payloadLength;
  if (from.extras !== null) copy.extras = from.extras.copy();
  copyMetadata(from, copy);
  return copy;
}

function copyTransport(from: Frame, copy: Frame): void {
  copy.sourcePort = from.sourcePort;
  copy.destinationPort = from.destinationPort;
  copy.tcpFlags = from.tcpFlags;
  copy.sequenceNumber = from.sequenceNumber;
  copy.acknowledgementNumber = from.acknowledgementNumber;
  copy.window = from.window;
  copy.hasTimestamps = from.hasTimestamps;
  copy.timestampValue = from.timestampValue;
  copy.timestampEcho = from.timestampEcho;
  copy.synOptions = from.synOptions;
}

function copyMetadata(from: Frame, copy: Frame): void {
  copy.notes = from.notes;
  copy.route = from.route;
  copy.nextHop = from.nextHop;
  copy.conntrack = from.conntrack;
  copy.inputInterface = from.inputInterface;
}
