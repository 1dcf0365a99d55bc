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
    if [ ! -e "$boot-$1" ]; then
      ip addr add 127.0.0.1/8 dev lo 2>/dev/null || :
      exit 0
    fi
    address=$(sed -n 's|^ip addr add \([0-9.]*\)/.*|\1|p' "$boot-$1")
    # CentOS asks whether somebody else has the address, and tells everybody when it has it
    if grep -q centos /usr/local/lvsim/image && command -v arping >/dev/null; then
      arping -q -D -c 2 -w 3 -I "$1" "$address" || exit 1
      . "$boot-$1"
      arping -q -A -c 1 -I "$1" "$address"
      { sleep 2; arping -q -U -c 1 -I "$1" "$address"; } >/dev/null 2>&1 &
    else
      . "$boot-$1"
    fi
    ;;
  ifdown) ip addr flush dev "$1" && { [ "$1" = lo ] || ip link set "$1" down; } ;;
  setenforce | getenforce | yum | dnf | apt | apt-get | firewall-cmd) ;;
esac
