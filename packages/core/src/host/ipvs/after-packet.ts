/** What is left to do after a packet. */
export const AfterPacket = {
  nothing: 0,
  /** The timer is not armed, or only for later than the present timeout. */
  armTimer: 1,
  /** The connection was made for this packet alone. */
  ends: 2,
} as const;
export type AfterPacket = (typeof AfterPacket)[keyof typeof AfterPacket];
