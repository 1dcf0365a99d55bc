/**
 * CentOS 7 as a minimal installation leaves it: iproute and iptables are there, net-tools, ipvsadm and nginx come with yum
 * (nginx from EPEL, which counts as set up). SELinux is enforcing and firewalld runs, but both are states only: SELinux
 * refuses nothing, and a running firewalld sets no rules, where a real one would reject port 80 until it is stopped.
 * The rules that the iptables service brings need connection tracking; they are loaded once core has it.
 * The kernel is the lab's, not 3.10; iptables, ipset and ip are those of the recordings.
 */

import type { Command } from "../command.ts";
import { ARPING_COMMANDS } from "../commands/arping/arping.ts";
import { BASE_COMMANDS } from "../commands/base/index.ts";
import { withNetnsExec } from "../commands/base/netns-exec.ts";
import { brctl } from "../commands/bridge/brctl.ts";
import { bridge } from "../commands/bridge/bridge.ts";
import { CLIENT_COMMANDS } from "../commands/clients/index.ts";
import { conntrack } from "../commands/conntrack/conntrack.ts";
import { CURL_7_29_COMMANDS } from "../commands/curl/curl.ts";
import { ETHTOOL_COMMANDS } from "../commands/ethtool/ethtool.ts";
import { LOOPBACK_IFCFG } from "../commands/ifupdown/ifcfg.ts";
import { IFUPDOWN_COMMANDS } from "../commands/ifupdown/ifupdown.ts";
import { IPROUTE_COMMANDS } from "../commands/ip/ip.ts";
import { ipset } from "../commands/ipset/ipset.ts";
import { iptables, iptablesRestore, iptablesSave } from "../commands/iptables/commands.ts";
import { keepalived } from "../commands/keepalived/keepalived.ts";
import { NET_TOOLS_COMMANDS } from "../commands/net-tools/index.ts";
import { NSTAT_COMMANDS } from "../commands/nstat/nstat.ts";
import { PING_20160308_COMMANDS } from "../commands/ping/ping.ts";
import { SS_COMMANDS } from "../commands/ss/ss.ts";
import { SSH_COMMANDS } from "../commands/ssh/index.ts";
import { SYSTEM_COMMANDS } from "../commands/system/index.ts";
import { TCPDUMP_COMMANDS } from "../commands/tcpdump/tcpdump.ts";
import { TEXT_COMMANDS } from "../commands/text/index.ts";
import { TRACEPATH_COMMANDS } from "../commands/tracepath/tracepath.ts";
import { TRACEROUTE_COMMANDS } from "../commands/traceroute/traceroute.ts";
import { vi, vim } from "../commands/vi/vi.ts";
import {
  chkconfig,
  getenforce,
  HTTPD_COMMANDS,
  IPTABLES_RULES,
  nginx,
  rpm,
  service,
  sestatus,
  setenforce,
  systemctl,
  yum,
} from "../services/index.ts";
import { COMMON_DIRECTORIES, COMMON_FILES, WELCOME_PAGE } from "./common-files.ts";
import { type Image, imagePackage, imageUnit } from "./image.ts";

/** psmisc brings it; the rest of the small tools are there from the start. */
const KILLALL = "/usr/bin/killall";

/** Packages that a minimal installation lacks, with their programs among the small tools. */
const LATER = [
  ["wget", "1.14", "18.el7_6.1", "base", "547 k", ["wget"]],
  ["telnet", "1:0.17", "66.el7", "updates", "64 k", ["telnet"]],
  ["httpd-tools", "2.4.6", "99.el7.centos.1", "updates", "94 k", ["ab"]],
  ["bind-utils", "32:9.11.4", "26.P2.el7_9.16", "updates", "262 k", ["dig", "host", "nslookup"]],
  ["bc", "1.06.95", "13.el7", "base", "115 k", ["bc"]],
] as const;

const programsNamed = (names: readonly string[]): Command[] =>
  [...CLIENT_COMMANDS, ...SYSTEM_COMMANDS].filter(({ path }) =>
    names.includes(path.slice(path.lastIndexOf("/") + 1)),
  );

const BROUGHT_LATER: readonly string[] = [
  KILLALL,
  ...LATER.flatMap(([, , , , , names]) => programsNamed(names).map(({ path }) => path)),
];

const HTTPD_CONF = `ServerRoot "/etc/httpd"
Listen 80
User apache
Group apache
DocumentRoot "/var/www/html"
DirectoryIndex index.html
ErrorLog "logs/error_log"
CustomLog "logs/access_log" combined
`;

const NGINX_CONF = `user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log;
pid /run/nginx.pid;

events {
    worker_connections 1024;
}

http {
    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;
    include             /etc/nginx/mime.types;
    default_type        application/octet-stream;
    include /etc/nginx/conf.d/*.conf;

    server {
        listen       80;
        server_name  _;
        root         /usr/share/nginx/html;
    }
}
`;

/** What the package leaves to be edited. */
const KEEPALIVED_CONF = `! Configuration File for keepalived

global_defs {
   router_id LVS_DEVEL
}
`;

const SELINUX_CONFIG =
  "# enforcing, permissive or disabled\nSELINUX=enforcing\nSELINUXTYPE=targeted\n";

/** What scripts of System V's kind source: the functions that they call, not all of initscripts'. */
const INIT_FUNCTIONS = `TEXTDOMAIN=initscripts
umask 022
PATH="/sbin:/usr/sbin:/bin:/usr/bin"
export PATH
success() { echo -n $"[  OK  ]"; return 0; }
failure() { local rc=$?; echo -n $"[FAILED]"; return $rc; }
warning() { local rc=$?; echo -n $"[WARNING]"; return $rc; }
passed() { local rc=$?; echo -n $"[PASSED]"; return $rc; }
echo_success() { success; }
echo_failure() { echo -n $"[FAILED]"; return 1; }
action() {
  local text=$1 rc
  echo -n "$text "
  shift
  "$@" && success || failure
  rc=$?
  echo
  return $rc
}
checkpid() {
  local pid
  for pid in $*; do [ -d "/proc/$pid" ] && return 0; done
  return 1
}
daemon() { while [ "\${1#-}" != "$1" ]; do shift; done; "$@" && success || failure; }
killproc() { killall "\${1##*/}" 2> /dev/null && success || failure; }
status() {
  local name="\${1##*/}"
  if pidof "$name" > /dev/null 2>&1; then echo "$name is running..."; return 0; fi
  echo "$name is stopped"
  return 3
}
`;

export const CENTOS_7: Image = {
  name: "centos-7",
  distribution: { id: "centos", version: "7", prettyName: "CentOS Linux 7 (Core)" },
  sh: "bash",
  bashVersion: "4.2.46(2)-release",
  selinux: "Enforcing",
  directories: [
    ...COMMON_DIRECTORIES,
    "/etc/sysconfig/network-scripts",
    "/var/www/html",
    "/etc/sysctl.d",
    "/etc/yum.repos.d",
    "/var/lock/subsys",
  ],
  files: [
    ...COMMON_FILES,
    {
      path: "/etc/os-release",
      content: [
        'NAME="CentOS Linux"',
        'VERSION="7 (Core)"',
        'ID="centos"',
        'ID_LIKE="rhel fedora"',
        'VERSION_ID="7"',
        'PRETTY_NAME="CentOS Linux 7 (Core)"',
        "",
      ].join("\n"),
    },
    { path: "/etc/redhat-release", content: "CentOS Linux release 7.9.2009 (Core)\n" },
    { path: "/etc/centos-release", content: "CentOS Linux release 7.9.2009 (Core)\n" },
    {
      path: "/etc/hosts",
      content:
        "127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4\n" +
        "::1         localhost localhost.localdomain localhost6 localhost6.localdomain6\n",
    },
    { path: "/etc/selinux/config", content: SELINUX_CONFIG },
    { path: "/etc/sysconfig/network", content: "# Created by anaconda\n" },
    { path: "/etc/sysconfig/network-scripts/ifcfg-lo", content: LOOPBACK_IFCFG },
    { path: "/etc/sysctl.conf", content: "# variables of the kernel, one a line\n" },
    { path: "/etc/rc.d/init.d/functions", content: INIT_FUNCTIONS, mode: 0o644 },
    { path: "/etc/profile", content: "export PATH\n" },
    { path: "/etc/bashrc", content: "" },
    { path: "/root/.bashrc", content: "" },
    { path: "/root/.bash_profile", content: "" },
  ],
  links: [
    { path: "/usr/bin/sh", target: "bash" },
    { path: "/etc/init.d", target: "rc.d/init.d" },
    { path: "/etc/sysconfig/selinux", target: "../selinux/config" },
  ],
  packages: [
    imagePackage("coreutils", ["8.22", "24.el7_9.2", "base", "3.3 M"], {
      commands: [
        ...BASE_COMMANDS,
        ...CLIENT_COMMANDS,
        ...SYSTEM_COMMANDS,
        ...TEXT_COMMANDS,
        vi,
      ].filter(({ path }) => !BROUGHT_LATER.includes(path)),
    }),
    imagePackage("systemd", ["219", "78.el7_9.9", "updates", "5.1 M"], {
      commands: [systemctl, chkconfig],
    }),
    imagePackage("initscripts", ["9.49.53", "1.el7_9.1", "updates", "440 k"], {
      commands: [service, ...IFUPDOWN_COMMANDS],
      units: [imageUnit("network", "LSB: Bring up/down networking", "on")],
    }),
    imagePackage("yum", ["3.4.3", "168.el7.centos", "base", "1.2 M"], {
      architecture: "noarch",
      commands: [yum],
    }),
    imagePackage("rpm", ["4.11.3", "48.el7_9", "updates", "1.2 M"], { commands: [rpm] }),
    imagePackage("libselinux-utils", ["2.5", "15.el7", "base", "151 k"], {
      commands: [getenforce, setenforce],
    }),
    imagePackage("policycoreutils", ["2.5", "34.el7", "base", "917 k"], { commands: [sestatus] }),
    imagePackage("iproute", ["4.11.0", "30.el7", "base", "805 k"], {
      commands: [...IPROUTE_COMMANDS.map(withNetnsExec), bridge, ...SS_COMMANDS, ...NSTAT_COMMANDS],
    }),
    imagePackage("bridge-utils", ["1.5", "9.el7", "base", "32 k"], { commands: [brctl] }),
    imagePackage("ethtool", ["2:4.8", "10.el7", "base", "127 k"], { commands: ETHTOOL_COMMANDS }),
    imagePackage("iputils", ["20160308", "10.el7", "base", "148 k"], {
      commands: [...ARPING_COMMANDS, ...PING_20160308_COMMANDS, ...TRACEPATH_COMMANDS],
    }),
    imagePackage("iptables", ["1.4.21", "35.el7", "base", "432 k"], {
      commands: [iptables, iptablesSave, iptablesRestore],
    }),
    imagePackage("curl", ["7.29.0", "59.el7_9.2", "updates", "271 k"], {
      commands: CURL_7_29_COMMANDS,
    }),
    imagePackage("firewalld", ["0.6.3", "13.el7_9", "updates", "449 k"], {
      architecture: "noarch",
      units: [imageUnit("firewalld", "firewalld - dynamic firewall daemon", "on")],
    }),
    imagePackage("openssh-clients", ["7.4p1", "23.el7_9", "updates", "655 k"], {
      commands: SSH_COMMANDS,
    }),
    imagePackage("openssh-server", ["7.4p1", "23.el7_9", "updates", "459 k"], {
      units: [imageUnit("sshd", "OpenSSH server daemon", "on")],
    }),
    imagePackage("NetworkManager", ["1:1.18.8", "2.el7_9", "updates", "1.9 M"], {
      units: [imageUnit("NetworkManager", "Network Manager", "on")],
    }),
    imagePackage("epel-release", ["7", "14", "epel", "15 k"], { architecture: "noarch" }),
    imagePackage("vim-enhanced", ["2:7.4.629", "8.el7_9", "updates", "1.1 M"], {
      installed: false,
      commands: [vim],
    }),
    imagePackage("net-tools", ["2.0", "0.25.20131004git.el7", "base", "306 k"], {
      installed: false,
      commands: NET_TOOLS_COMMANDS,
    }),
    imagePackage("iptables-services", ["1.4.21", "35.el7", "base", "52 k"], {
      installed: false,
      files: [{ path: "/etc/sysconfig/iptables", content: IPTABLES_RULES, mode: 0o600 }],
      units: [imageUnit("iptables", "IPv4 firewall with iptables")],
    }),
    imagePackage("ipset", ["7.1", "1.el7", "base", "39 k"], { commands: [ipset] }),
    imagePackage("conntrack-tools", ["1.4.4", "7.el7", "base", "187 k"], {
      installed: false,
      commands: [conntrack],
    }),
    imagePackage("traceroute", ["3:2.0.22", "2.el7", "base", "59 k"], {
      installed: false,
      commands: TRACEROUTE_COMMANDS,
    }),
    imagePackage("tcpdump", ["14:4.9.2", "4.el7_7.1", "base", "422 k"], {
      installed: false,
      commands: TCPDUMP_COMMANDS,
    }),
    imagePackage("psmisc", ["22.20", "17.el7", "base", "141 k"], {
      installed: false,
      commands: BASE_COMMANDS.filter(({ path }) => path === KILLALL),
    }),
    imagePackage("keepalived", ["1.3.5", "19.el7", "base", "332 k"], {
      installed: false,
      commands: [keepalived],
      files: [
        { path: "/etc/keepalived/keepalived.conf", content: KEEPALIVED_CONF },
        { path: "/etc/sysconfig/keepalived", content: 'KEEPALIVED_OPTIONS="-D"\n' },
      ],
      units: [imageUnit("keepalived", "LVS and VRRP High Availability Monitor")],
    }),
    ...LATER.map(([name, version, release, repository, size, programs]) =>
      imagePackage(name, [version, release, repository, size], {
        installed: false,
        commands: programsNamed(programs),
      }),
    ),
    imagePackage("httpd", ["2.4.6", "99.el7.centos.1", "updates", "2.7 M"], {
      installed: false,
      commands: HTTPD_COMMANDS,
      files: [{ path: "/etc/httpd/conf/httpd.conf", content: HTTPD_CONF }],
      units: [imageUnit("httpd", "The Apache HTTP Server")],
    }),
    imagePackage("nginx", ["1:1.20.1", "10.el7", "epel", "588 k"], {
      installed: false,
      commands: [nginx],
      files: [
        { path: "/etc/nginx/nginx.conf", content: NGINX_CONF },
        { path: "/usr/share/nginx/html/index.html", content: WELCOME_PAGE },
      ],
      units: [imageUnit("nginx", "The nginx HTTP and reverse proxy server")],
    }),
  ],
  ipvsadm: imagePackage("ipvsadm", ["1.27", "8.el7", "base", "45 k"], {
    installed: false,
    units: [imageUnit("ipvsadm", "Initialise the Linux Virtual Server")],
  }),
};
