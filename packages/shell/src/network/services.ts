/** /etc/services, as far as load balancers meet it: names of ports (Debian 12's names). */

const TCP: readonly (readonly [string, number])[] = [
  ["echo", 7],
  ["discard", 9],
  ["daytime", 13],
  ["chargen", 19],
  ["ftp-data", 20],
  ["ftp", 21],
  ["ssh", 22],
  ["telnet", 23],
  ["smtp", 25],
  ["time", 37],
  ["domain", 53],
  ["gopher", 70],
  ["finger", 79],
  ["http", 80],
  ["kerberos", 88],
  ["pop3", 110],
  ["sunrpc", 111],
  ["nntp", 119],
  ["ntp", 123],
  ["imap2", 143],
  ["snmp", 161],
  ["bgp", 179],
  ["ldap", 389],
  ["https", 443],
  ["microsoft-ds", 445],
  ["submission", 587],
  ["ldaps", 636],
  ["ftps", 990],
  ["telnets", 992],
  ["imaps", 993],
  ["pop3s", 995],
  ["socks", 1080],
  ["openvpn", 1194],
  ["ms-sql-s", 1433],
  ["cisco-sccp", 2000],
  ["nfs", 2049],
  ["mysql", 3306],
  ["ms-wbt-server", 3389],
  ["sip", 5060],
  ["sip-tls", 5061],
  ["xmpp-client", 5222],
  ["postgresql", 5432],
  ["amqp", 5672],
  ["redis", 6379],
  ["http-alt", 8080],
  ["tproxy", 8081],
  ["bacula-dir", 9101],
];

const UDP: readonly (readonly [string, number])[] = [
  ["echo", 7],
  ["discard", 9],
  ["daytime", 13],
  ["chargen", 19],
  ["time", 37],
  ["domain", 53],
  ["bootps", 67],
  ["bootpc", 68],
  ["tftp", 69],
  ["kerberos", 88],
  ["sunrpc", 111],
  ["ntp", 123],
  ["snmp", 161],
  ["snmp-trap", 162],
  ["ldap", 389],
  ["https", 443],
  ["isakmp", 500],
  ["syslog", 514],
  ["route", 520],
  ["openvpn", 1194],
  ["radius", 1812],
  ["radius-acct", 1813],
  ["nfs", 2049],
  ["sip", 5060],
  ["sip-tls", 5061],
];

const table = (protocol: "tcp" | "udp"): typeof TCP => (protocol === "tcp" ? TCP : UDP);

/** The port that a name stands for; undefined for an unknown one. */
export const portOfService = (name: string, protocol: "tcp" | "udp"): number | undefined =>
  table(protocol).find(([known]) => known === name)?.[1];

/** The name of a port; undefined when it has none. */
export const serviceOfPort = (port: number, protocol: "tcp" | "udp"): string | undefined =>
  table(protocol).find(([, known]) => known === port)?.[0];
