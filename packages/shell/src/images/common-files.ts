/** Files that both distributions have, with what differs left to them. */
import type { ImageFile } from "./image.ts";

const SERVICES: readonly (readonly [string, string])[] = [
  ["echo", "7/tcp"],
  ["echo", "7/udp"],
  ["discard", "9/tcp"],
  ["ftp-data", "20/tcp"],
  ["ftp", "21/tcp"],
  ["ssh", "22/tcp"],
  ["telnet", "23/tcp"],
  ["smtp", "25/tcp"],
  ["domain", "53/tcp"],
  ["domain", "53/udp"],
  ["bootps", "67/udp"],
  ["bootpc", "68/udp"],
  ["tftp", "69/udp"],
  ["http", "80/tcp"],
  ["pop3", "110/tcp"],
  ["sunrpc", "111/tcp"],
  ["sunrpc", "111/udp"],
  ["ntp", "123/udp"],
  ["snmp", "161/udp"],
  ["ldap", "389/tcp"],
  ["https", "443/tcp"],
  ["https", "443/udp"],
  ["syslog", "514/udp"],
  ["nfs", "2049/tcp"],
  ["mysql", "3306/tcp"],
  ["postgresql", "5432/tcp"],
  ["http-alt", "8080/tcp"],
];

const PROTOCOLS: readonly (readonly [string, number])[] = [
  ["ip", 0],
  ["icmp", 1],
  ["igmp", 2],
  ["ipencap", 4],
  ["tcp", 6],
  ["udp", 17],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["vrrp", 112],
  ["sctp", 132],
];

export const COMMON_FILES: readonly ImageFile[] = [
  {
    path: "/etc/services",
    content: SERVICES.map(([name, port]) => `${name.padEnd(16)}${port}\n`).join(""),
  },
  {
    path: "/etc/protocols",
    content: PROTOCOLS.map(([name, number]) => `${name}\t${number}\t${name.toUpperCase()}\n`).join(
      "",
    ),
  },
  { path: "/etc/passwd", content: "root:x:0:0:root:/root:/bin/bash\n" },
  { path: "/etc/group", content: "root:x:0:\n" },
  { path: "/etc/shells", content: "/bin/sh\n/bin/bash\n/usr/bin/sh\n/usr/bin/bash\n" },
  {
    path: "/etc/iproute2/rt_tables",
    content:
      "#\n# reserved values\n#\n255\tlocal\n254\tmain\n253\tdefault\n0\tunspec\n#\n# local\n#\n#1\tinr.ruhep\n",
  },
  { path: "/etc/host.conf", content: "multi on\n" },
  { path: "/etc/nsswitch.conf", content: "passwd: files\ngroup: files\nhosts: files dns\n" },
  // no machine of a lab has a name server
  { path: "/etc/resolv.conf", content: "" },
];

export const COMMON_DIRECTORIES: readonly string[] = [
  "/boot",
  "/dev",
  "/home",
  "/media",
  "/mnt",
  "/opt",
  "/proc",
  "/root",
  "/run",
  "/run/netns",
  "/srv",
  "/sys",
  "/usr/bin",
  "/usr/lib",
  "/usr/local/bin",
  "/usr/local/sbin",
  "/usr/sbin",
  "/usr/share",
  "/var/lib",
  "/var/log",
  "/var/spool/cron",
];

/** nginx's own first page, shortened to its title and heading. */
export const WELCOME_PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
</body>
</html>
`;
