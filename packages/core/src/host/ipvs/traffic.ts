/**
 * Packets of a server that its statistics, its service's and the namespace's do not have yet: so a packet is counted once
 * rather than three times, in numbers that stay small.
 */
export class Traffic {
  inPackets = 0;
  outPackets = 0;
  inOctets = 0;
  outOctets = 0;

  countIn(octets: number): void {
    this.inPackets++;
    this.inOctets += octets;
  }

  countOut(octets: number): void {
    this.outPackets++;
    this.outOctets += octets;
  }

  clear(): void {
    this.inPackets = 0;
    this.outPackets = 0;
    this.inOctets = 0;
    this.outOctets = 0;
  }
}
