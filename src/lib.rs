//! Finds botnet beacons in network flow records.
