#!/usr/bin/env bash
# What takes how much room in an installed layout: eng/sizes.sh FOLDER
set -euo pipefail
cd "${1:?usage: eng/sizes.sh FOLDER}"
du -sh --apparent-size -- */ plugins/*/ | sed 's:/$::'
