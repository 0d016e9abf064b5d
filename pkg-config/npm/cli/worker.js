// A thread of the command that does not read files: see shards/ring.ts.

import { workerData } from "node:worker_threads";
import { joinRing } from "../shards/member.ts";
import { BeaconlensError, Detector, initSync } from "./dist/slim.js";

initSync(workerData.module);
joinRing({ BeaconlensError, Detector }, workerData.link);
