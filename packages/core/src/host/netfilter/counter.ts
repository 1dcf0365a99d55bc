/** Packets and octets that a rule or a policy has seen (`struct xt_counters`); octets are IP total lengths. */
export class RuleCounter {
  packets = 0;
  octets = 0;

  set(packets: number, octets: number): void {
    this.packets = packets;
    this.octets = octets;
  }
}
