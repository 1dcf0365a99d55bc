/**
 * Where the columns of a connection are in its row (connection-rows.ts has them with their meaning). Flat constants in a
 * file of their own: a bundler writes their values into the code, which keeps the accessors so short that V8 always
 * inlines them. As properties of an object they cost the whole packet path a tenth.
 */

/** Octets of a row, and the same in words of 32 bits. */
export const ROW = 56;
export const WORDS = 14;

// in words; the first two are a double, when the last packet restarted the timer
export const NEXT_IN_CHAIN = 2;
export const CLIENT_ADDRESS = 3;
export const VIRTUAL_ADDRESS = 4;
/** The client's port in the low half, the virtual one in the high half. */
export const PORTS = 5;
/** The server's port in the low half, `ConnectionFlag` bits in the high half. */
export const SERVER_PORT_AND_FLAGS = 6;
/** Protocol in the lowest octet, method in the next, state in the high half. */
export const KIND = 7;
export const SERVER = 8;
export const TIMEOUT_SECONDS = 9;
export const ARMED_SECONDS = 10;
export const IN_PACKETS = 11;
/** Of a template how many connections it controls, of any other the template that controls it. */
export const CONTROL = 12;
export const TIMER_SLOT = 13;

// bits inside a word
export const LOW_HALF = 0xffff;
export const OCTET = 0xff;
export const FLAGS_AT = 16;
export const METHOD_AT = 8;
export const STATE_AT = 16;
