#!/bin/bash
# One program under many names: what lab commands expect of a whole system and a network namespace has not got. Installing
# and SELinux do nothing, services are nginx or nothing, ifup and ifdown know what the lab gave the machine as it booted.
name=${0##*/}
boot=/usr/local/lvsim/boot

web() {
  case $1 in
    start) pgrep -x nginx >/dev/null || nginx ;;
    stop) pkill -x nginx || : ;;
    restart) pkill -x nginx && sleep 0.2; nginx ;;
    reload) nginx -s reload ;;
    status | is-active) pgrep -x nginx >/dev/null && echo active || { echo inactive; exit 3; } ;;
  esac
}

case $name in
  systemctl)
    verb=$1
    shift
    for unit in "$@"; do
      case ${unit%.service} in nginx | httpd | apache2) web "$verb" ;; esac
    done
    ;;
  service) case $1 in nginx | httpd | apache2) web "$2" ;; esac ;;
  ifup)
    ip link set "$1" up
    if [ -e "$boot-$1" ]; then . "$boot-$1"; else ip addr add 127.0.0.1/8 dev lo 2>/dev/null || :; fi
    ;;
  ifdown) ip addr flush dev "$1" && { [ "$1" = lo ] || ip link set "$1" down; } ;;
  setenforce | getenforce | yum | dnf | apt | apt-get | firewall-cmd) ;;
esac
