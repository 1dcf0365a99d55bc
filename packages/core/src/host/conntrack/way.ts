/** What a packet is to its connection, and which way it goes. */

/** enum ip_conntrack_info: what a packet is to its entry; from `reply` on it goes the other way. */
export const PacketInfo = {
  established: 0,
  related: 1,
  new: 2,
  reply: 3,
  establishedReply: 3,
  relatedReply: 4,
} as const;
export type PacketInfo = (typeof PacketInfo)[keyof typeof PacketInfo];

/** Direction of a packet: that of the first one, or back. */
export const Way = { original: 0, reply: 1 } as const;
export type Way = (typeof Way)[keyof typeof Way];

export const wayOf = (info: PacketInfo): Way =>
  info >= PacketInfo.reply ? Way.reply : Way.original;
