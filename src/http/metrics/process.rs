//! What the process takes of the machine, as Linux tells it under `/proc`; where it does not, nothing is told.

use super::Figure;

/// Memory, open files and threads, under the names that every Prometheus client uses.
pub fn figures() -> Vec<Figure> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let told = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse::<u64>().ok());
    let open = std::fs::read_dir("/proc/self/fd").ok().map(|entries| entries.count() as u64);
    let figures = [
        told("VmRSS:").map(|kib| Figure::gauge("process_resident_memory_bytes", "Memory in use, with the pages of mapped files").is(kib << 10)),
        told("RssAnon:").map(|kib| Figure::gauge("process_anonymous_memory_bytes", "Memory in use that is the process's own").is(kib << 10)),
        told("Threads:").map(|threads| Figure::gauge("process_threads", "Threads").is(threads)),
        open.map(|open| Figure::gauge("process_open_fds", "Open files and sockets").is(open)),
        open_file_limit().map(|limit| Figure::gauge("process_max_fds", "Files and sockets that may be open").is(limit)),
    ];
    figures.into_iter().flatten().collect()
}

fn open_file_limit() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok())
}
