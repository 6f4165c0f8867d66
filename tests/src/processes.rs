//! Processes of this machine, by who started whom.

use std::ffi::OsString;

use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

/// A process, told from a later one of the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pid: Pid,
    parent: Option<Pid>,
    started: u64,
    /// Its program and arguments.
    pub command: Vec<OsString>,
}

impl Process {
    /// Whether it still runs; what has ended and was not asked after counts as ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let system = look();
        system.process(self.pid).is_some_and(|process| {
            process.start_time() == self.started
                && !matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead)
        })
    }
}

/// The process `root` and all that was started by it, directly or not, parents first.
pub(crate) fn tree(root: u32) -> Vec<Process> {
    let all = all(&look());
    let mut tree: Vec<_> = all.iter().filter(|process| process.pid == Pid::from_u32(root)).cloned().collect();
    let mut next = 0;
    while next < tree.len() {
        let parent = Some(tree[next].pid);
        tree.extend(all.iter().filter(|process| process.parent == parent).cloned());
        next += 1;
    }
    tree
}

/// Bytes of memory of the process `root` and all that was started by it, directly or not.
pub(crate) fn memory(root: u32) -> u64 {
    let system = look();
    tree(root).iter().filter_map(|process| system.process(process.pid)).map(sysinfo::Process::memory).sum()
}

/// Ends all of `processes` at once, without asking them (SIGKILL).
pub(crate) fn kill(processes: &[Process]) {
    let system = look();
    for process in processes {
        if let Some(found) = system.process(process.pid).filter(|found| found.start_time() == process.started) {
            // One that ended in the meantime needs no killing.
            let _: bool = found.kill();
        }
    }
}

fn look() -> System {
    let mut system = System::new();
    let kind = ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always).with_memory().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
    system
}

fn all(system: &System) -> Vec<Process> {
    let processes = system.processes().values();
    let process = |process: &sysinfo::Process| Process {
        pid: process.pid(),
        parent: process.parent(),
        started: process.start_time(),
        command: process.cmd().to_vec(),
    };
    processes.map(process).collect()
}
