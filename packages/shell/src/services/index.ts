/** Programs that change what a machine is: packages, units, SELinux; and the daemons that units start. */
export { aptGet } from "./apt.ts";
export { IPTABLES_RULES } from "./behaviour.ts";
export { APACHE2_COMMANDS, HTTPD_COMMANDS } from "./httpd.ts";
export { nginx } from "./nginx.ts";
export { chkconfig, dpkg } from "./package-queries.ts";
export { getenforce, sestatus, setenforce } from "./selinux.ts";
export { service } from "./service.ts";
export { systemctl } from "./systemctl.ts";
export { rpm, yum } from "./yum.ts";
