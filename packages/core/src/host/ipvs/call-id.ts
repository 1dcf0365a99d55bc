/**
 * What the persistence engine `sip` goes by beside the client (`--pe sip`, ip_vs_pe_sip.c): the Call-ID of a SIP message
 * (RFC 3261 §20.8) in a datagram, so that the calls of one client may have several servers. Left out: headers that are
 * folded over lines; connections that servers open (with `-o`, their messages go out untranslated); synchronisation tells
 * of such templates without their Call-IDs.
 */
import type { Frame } from "../../packet/frame.ts";
import { IpProtocol } from "../../packet/protocol.ts";

/** IP_VS_PEDATA_MAXLEN. */
const OCTETS_MAX = 255;

/** RFC 3261 §25.1's `word`. */
const WORD = `[a-z0-9\\-.!%*_+\`'~()<>:\\\\"/[\\]?{}]+`;
/** The header stands at the beginning of a line, which is not the first, and its line ends. */
const HEADER = /[\r\n](?:call-id|i(?![a-z]))[ \t]*:[ \t]*(.*?)[\r\n]/is;
const CALL_ID = new RegExp(`^${WORD}(?:@${WORD})?$`, "i");

/** The Call-ID in a datagram; null when there is none, or none that the kernel would take. */
export function callIdOf(frame: Frame): string | null {
  if (frame.protocol !== IpProtocol.udp) return null;
  const { payload, payloadOffset, payloadLength } = frame;
  let text = "";
  for (let i = 0; i < payloadLength; i++)
    text += String.fromCharCode(payload[payloadOffset + i] as number);
  const value = HEADER.exec(text)?.[1];
  return value !== undefined && value.length <= OCTETS_MAX && CALL_ID.test(value) ? value : null;
}
