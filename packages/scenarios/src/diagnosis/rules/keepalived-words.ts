/** Words of keepalived.conf that people write most, and which of them somebody meant who wrote another. */

const WORDS: readonly string[] = `
  global_defs router_id notification_email smtp_server lvs_sync_daemon vrrp_instance vrrp_sync_group vrrp_script state
  interface virtual_router_id priority advert_int nopreempt preempt_delay authentication auth_type auth_pass
  virtual_ipaddress virtual_ipaddress_excluded virtual_routes track_interface track_script unicast_peer unicast_src_ip
  mcast_src_ip garp_master_delay garp_master_refresh garp_master_repeat use_vmac vmac_xmit_base notify_master
  notify_backup notify_fault notify virtual_server virtual_server_group real_server sorry_server lb_algo lvs_sched
  lb_kind lvs_method protocol delay_loop persistence_timeout persistence_granularity quorum hysteresis alpha omega
  inhibit_on_failure weight uthreshold lthreshold TCP_CHECK HTTP_GET SSL_GET MISC_CHECK PING_CHECK UDP_CHECK DNS_CHECK
  connect_timeout connect_port connect_ip retry nb_get_retry delay_before_retry warmup url path digest status_code
  misc_path misc_timeout misc_dynamic script interval timeout rise fall group version include
`
  .trim()
  .split(/\s+/);

const DISTANCE_MAX = 2;
const LENGTH_MIN = 4;

/** How many letters must be changed, left out, put in or exchanged with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_unused, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (up: number, left: number): number => rows[i - up]?.[j - left] ?? 0;
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(at(1, 0) + 1, (row[j - 1] ?? 0) + 1, at(1, 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(2, 2) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The one that was meant; undefined for a right word, and for one that is like none. */
export function closestWord(typed: string): string | undefined {
  if (typed.length < LENGTH_MIN || !/^[A-Za-z_]+$/.test(typed) || WORDS.includes(typed))
    return undefined;
  const near = WORDS.map((word) => ({ word, away: distance(typed, word) }))
    .filter(({ away }) => away <= DISTANCE_MAX)
    .sort((a, b) => a.away - b.away);
  return near[0]?.word;
}
