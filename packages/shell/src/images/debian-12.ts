/**
 * Debian 12 (bookworm): the versions of the recordings. Everything that lvsim has is installed; nginx is, but does not run.
 * Unlike the real package's, nginx's site lies in /usr/share/nginx/html, with a link from /var/www/html, so that a lab
 * works on either distribution. ifup and ifdown are left out: they would need /etc/network/interfaces.
 */
import { ARPING_COMMANDS } from "../commands/arping/arping.ts";
import { BASE_COMMANDS } from "../commands/base/index.ts";
import { withNetnsExec } from "../commands/base/netns-exec.ts";
import { brctl } from "../commands/bridge/brctl.ts";
import { bridge } from "../commands/bridge/bridge.ts";
import { vconfig } from "../commands/bridge/vconfig.ts";
import { CLIENT_COMMANDS } from "../commands/clients/index.ts";
import { conntrack } from "../commands/conntrack/conntrack.ts";
import { CURL_COMMANDS } from "../commands/curl/curl.ts";
import { ETHTOOL_COMMANDS } from "../commands/ethtool/ethtool.ts";
import { IPROUTE_COMMANDS } from "../commands/ip/ip.ts";
import { ipset } from "../commands/ipset/ipset.ts";
import { iptables, iptablesRestore, iptablesSave } from "../commands/iptables/commands.ts";
import { keepalived } from "../commands/keepalived/keepalived.ts";
import { NC_COMMANDS } from "../commands/nc/nc.ts";
import { NET_TOOLS_COMMANDS } from "../commands/net-tools/index.ts";
import { NSTAT_COMMANDS } from "../commands/nstat/nstat.ts";
import { PING_COMMANDS } from "../commands/ping/ping.ts";
import { SOCAT_COMMANDS } from "../commands/socat/socat.ts";
import { SS_COMMANDS } from "../commands/ss/ss.ts";
import { SSH_COMMANDS } from "../commands/ssh/index.ts";
import { SYSTEM_COMMANDS } from "../commands/system/index.ts";
import { TCPDUMP_COMMANDS } from "../commands/tcpdump/tcpdump.ts";
import { TEXT_COMMANDS } from "../commands/text/index.ts";
import { TRACEPATH_COMMANDS } from "../commands/tracepath/tracepath.ts";
import { TRACEROUTE_COMMANDS } from "../commands/traceroute/traceroute.ts";
import { vi, vim } from "../commands/vi/vi.ts";
import { APACHE2_COMMANDS, aptGet, dpkg, nginx, service, systemctl } from "../services/index.ts";
import { COMMON_DIRECTORIES, COMMON_FILES, WELCOME_PAGE } from "./common-files.ts";
import { type Image, type ImagePackage, imagePackage, imageUnit } from "./image.ts";

const debianPackage = (
  name: string,
  version: string,
  parts: Partial<ImagePackage>,
): ImagePackage => {
  const at = version.lastIndexOf("-");
  return imagePackage(
    name,
    [
      at < 0 ? version : version.slice(0, at),
      at < 0 ? "" : version.slice(at + 1),
      "bookworm/main",
      "100 kB",
    ],
    { architecture: "amd64", ...parts },
  );
};

const NGINX_CONF = `user www-data;
worker_processes auto;
pid /run/nginx.pid;

events {
	worker_connections 768;
}

http {
	include /etc/nginx/mime.types;
	default_type application/octet-stream;
	access_log /var/log/nginx/access.log;
	include /etc/nginx/conf.d/*.conf;
	include /etc/nginx/sites-enabled/*;
}
`;

const SITE = `server {
	listen 80 default_server;

	root /usr/share/nginx/html;
	index index.html index.htm index.nginx-debian.html;

	server_name _;

	location / {
		try_files $uri $uri/ =404;
	}
}
`;

const APACHE_SITE = `<VirtualHost *:80>
	DocumentRoot /var/www/html
	ErrorLog \${APACHE_LOG_DIR}/error.log
	CustomLog \${APACHE_LOG_DIR}/access.log combined
</VirtualHost>
`;

export const DEBIAN_12: Image = {
  name: "debian-12",
  distribution: { id: "debian", version: "12", prettyName: "Debian GNU/Linux 12 (bookworm)" },
  sh: "dash",
  bashVersion: "5.2.15(1)-release",
  selinux: "Disabled",
  directories: [
    ...COMMON_DIRECTORIES,
    "/etc/keepalived",
    "/etc/network/interfaces.d",
    "/etc/nginx/conf.d",
    "/etc/sysctl.d",
    "/usr/share/nginx/html",
    "/var/log/nginx",
    "/var/www",
  ],
  files: [
    ...COMMON_FILES,
    {
      path: "/etc/os-release",
      content: [
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
        'NAME="Debian GNU/Linux"',
        'VERSION_ID="12"',
        'VERSION="12 (bookworm)"',
        "VERSION_CODENAME=bookworm",
        "ID=debian",
        "",
      ].join("\n"),
    },
    { path: "/etc/debian_version", content: "12.12\n" },
    { path: "/etc/issue", content: "Debian GNU/Linux 12 \\n \\l\n\n" },
    {
      path: "/etc/hosts",
      content: "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n",
    },
    {
      path: "/etc/network/interfaces",
      content: "source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n",
    },
    { path: "/etc/sysctl.conf", content: "# variables of the kernel, one a line\n" },
    { path: "/etc/profile", content: "export PATH\n" },
    { path: "/root/.bashrc", content: "" },
    { path: "/root/.profile", content: "" },
  ],
  links: [
    { path: "/usr/bin/sh", target: "dash" },
    { path: "/var/www/html", target: "/usr/share/nginx/html" },
    { path: "/etc/nginx/sites-enabled/default", target: "/etc/nginx/sites-available/default" },
  ],
  packages: [
    debianPackage("coreutils", "9.1-1", {
      commands: [...BASE_COMMANDS, ...CLIENT_COMMANDS, ...SYSTEM_COMMANDS, ...TEXT_COMMANDS],
    }),
    debianPackage("systemd", "252.39-1~deb12u1", { commands: [systemctl] }),
    debianPackage("init-system-helpers", "1.65.2", { commands: [service] }),
    debianPackage("apt", "2.6.1", { commands: [aptGet] }),
    debianPackage("dpkg", "1.21.22", { commands: [dpkg] }),
    debianPackage("iproute2", "6.1.0-3", {
      commands: [...IPROUTE_COMMANDS.map(withNetnsExec), bridge, ...SS_COMMANDS, ...NSTAT_COMMANDS],
    }),
    debianPackage("bridge-utils", "1.7.1-1", { commands: [brctl] }),
    debianPackage("vlan", "2.0.5", { commands: [vconfig] }),
    debianPackage("net-tools", "2.10-0.1+deb12u2", { commands: NET_TOOLS_COMMANDS }),
    debianPackage("iputils-ping", "3:20221126-1+deb12u1", { commands: PING_COMMANDS }),
    debianPackage("iputils-arping", "3:20221126-1", { commands: ARPING_COMMANDS }),
    debianPackage("iputils-tracepath", "3:20221126-1+deb12u1", { commands: TRACEPATH_COMMANDS }),
    debianPackage("ethtool", "1:6.1-1", { commands: ETHTOOL_COMMANDS }),
    debianPackage("netcat-openbsd", "1.219-1", { commands: NC_COMMANDS }),
    debianPackage("socat", "1.7.4.4-2", { commands: SOCAT_COMMANDS }),
    debianPackage("traceroute", "1:2.1.2-1", { commands: TRACEROUTE_COMMANDS }),
    debianPackage("tcpdump", "4.99.3-1", { commands: TCPDUMP_COMMANDS }),
    debianPackage("iptables", "1.8.9-2", { commands: [iptables, iptablesSave, iptablesRestore] }),
    debianPackage("ipset", "7.17-1", { commands: [ipset] }),
    debianPackage("conntrack", "1:1.4.7-1+b2", { commands: [conntrack] }),
    debianPackage("curl", "7.88.1-10+deb12u14", { commands: CURL_COMMANDS }),
    debianPackage("keepalived", "1:2.2.7-1+b2", {
      commands: [keepalived],
      units: [imageUnit("keepalived", "Keepalive Daemon (LVS and VRRP)")],
    }),
    debianPackage("openssh-client", "1:9.2p1-2+deb12u7", { commands: SSH_COMMANDS }),
    debianPackage("openssh-server", "1:9.2p1-2+deb12u7", {
      units: [imageUnit("ssh", "OpenBSD Secure Shell server", "on")],
    }),
    debianPackage("vim", "2:9.0.1378-2+deb12u2", { commands: [vi, vim] }),
    debianPackage("apache2", "2.4.65-1~deb12u1", {
      commands: APACHE2_COMMANDS,
      files: [
        { path: "/etc/apache2/ports.conf", content: "Listen 80\n" },
        { path: "/etc/apache2/sites-enabled/000-default.conf", content: APACHE_SITE },
      ],
      units: [imageUnit("apache2", "The Apache HTTP Server")],
    }),
    debianPackage("nginx", "1.22.1-9", {
      commands: [nginx],
      files: [
        { path: "/etc/nginx/nginx.conf", content: NGINX_CONF },
        { path: "/etc/nginx/sites-available/default", content: SITE },
        { path: "/usr/share/nginx/html/index.html", content: WELCOME_PAGE },
      ],
      units: [imageUnit("nginx", "A high performance web server and a reverse proxy server")],
    }),
  ],
  ipvsadm: debianPackage("ipvsadm", "1:1.31-1", {
    units: [imageUnit("ipvsadm", "LSB: ipvsadm daemon")],
  }),
};
