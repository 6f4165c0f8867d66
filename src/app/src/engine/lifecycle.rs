//! The main worker's life: choosing the device, starting, ending, and the fresh worker that takes its place.

use std::rc::Rc;

use headstart_protocol::{Backend, Failure, Ready, StartProgress};
use leptos::task::spawn_local;

use super::client::{Engine, EngineNews};
use super::connection::{Connection, WorkerNews, files};
use super::device::{self, Choice};
use super::phase::Phase;
use super::queue::MAIN;
use super::restart::{Life, Next};
use crate::error::PageError;
use crate::platform::host;

impl Engine {
    /// Starts a fresh main worker in the place of the one before.
    pub(super) fn fresh_worker(&self, insists_on: Option<Backend>) {
        let (generation, forced) = {
            let mut state = self.state();
            state.generation += 1;
            state.kept = super::kept::Kept::default();
            state.shipped = None;
            state.scratch_classes = Rc::default();
            // The one before ends here, if there is one.
            state.main = None;
            (state.generation, insists_on.or(state.options.backend))
        };
        self.enter(Phase::Starting);
        let engine = self.clone();
        spawn_local(async move {
            let choice = device::choose(forced).await;
            if engine.is_current(generation)
                && let Err(error) = choice.and_then(|choice| engine.spawn(generation, choice))
            {
                engine.enter(Phase::Failed(error));
            }
        });
    }

    /// Starts the worker for the chosen device.
    fn spawn(&self, generation: u32, choice: Choice) -> Result<(), PageError> {
        if choice.note.is_some() {
            self.tell(EngineNews::Note(choice.note.clone()));
        }
        let engine = self.clone();
        let main = Connection::spawn(choice.backend, move |news| {
            if engine.is_current(generation) {
                match news {
                    WorkerNews::Alive => engine.alive(generation),
                    WorkerNews::Alone => engine.do_without_partners(),
                    WorkerNews::Ended(error) => engine.ended(error),
                }
            }
        })?;
        let mut state = self.state();
        state.is_alive = false;
        state.choice = Some(choice);
        state.main = Some(main);
        Ok(())
    }

    fn is_current(&self, generation: u32) -> bool {
        self.state().generation == generation
    }

    /// The worker's script runs: now its device and its models.
    fn alive(&self, generation: u32) {
        let (main, start) = {
            let mut state = self.state();
            state.is_alive = true;
            (state.main.clone(), state.start())
        };
        let Some(main) = main else { return };
        let engine = self.clone();
        let run = main.run(start);
        self.tell_ahead();
        // A worker that ends must not live on in who waits for it.
        drop(main);
        spawn_local(async move {
            let started = async {
                let mut run = run?;
                while let Some(progress) = run.next().await {
                    if engine.is_current(generation) {
                        engine.enter(match progress {
                            StartProgress::Loading(transfer) => Phase::Loading(transfer),
                            StartProgress::WarmingUp(backend) => Phase::WarmingUp(backend),
                        });
                    }
                }
                run.outcome().await
            };
            let started = started.await;
            if engine.is_current(generation) {
                match started {
                    Ok(ready) => engine.became_ready(ready),
                    Err(error) => engine.start_failed(error),
                }
            }
        });
    }

    fn became_ready(&self, ready: Ready) {
        let main = self.state().main.clone();
        // Before all that waits: each answer after it is the head's, too.
        if let Some(main) = main.filter(|_| self.state().heads.number().is_some()) {
            let told = self.tell_head(&main);
            // It was accepted before; where the worker ends, the next one is told again.
            spawn_local(async move { drop(told.await) });
        }
        self.enter(Phase::Ready(Rc::new(ready)));
        self.dispatch();
    }

    fn start_failed(&self, error: PageError) {
        let next = {
            let mut state = self.state();
            let was_gpu = state.choice.as_ref().is_some_and(|choice| choice.backend == Backend::WebGpu);
            let of_device = matches!(&error, PageError::Engine(failure) if failure.is_of_device());
            state.restarts.after_failed_start(of_device && was_gpu)
        };
        self.take_step(next, error);
    }

    /// The worker is of no use any more.
    fn ended(&self, error: PageError) {
        let (life, next) = {
            let mut state = self.state();
            let backend = state.choice.as_ref().map_or(Backend::Cpu, |choice| choice.backend);
            let life = if state.is_alive { Life::On(backend) } else { Life::Unborn(backend) };
            (life, state.restarts.after_stop(life))
        };
        self.take_step(next, error);
        if next == Next::GiveUp
            && let Life::Unborn(backend) = life
        {
            self.blame_host(backend);
        }
    }

    /// A script that never ran says nothing of itself: what the host makes of its files is found out, and told instead.
    fn blame_host(&self, backend: Backend) {
        let (engine, generation) = (self.clone(), self.generation());
        let base_url = self.state().options.base_url.clone();
        spawn_local(async move {
            for file in files(backend) {
                if let Some((kind, sentence)) = host::blame(&format!("{base_url}{file}")).await {
                    if engine.is_current(generation) {
                        engine.enter(Phase::Failed(PageError::Host { kind, sentence }));
                    }
                    return;
                }
            }
        });
    }

    fn take_step(&self, next: Next, error: PageError) {
        let is_lost = matches!(error, PageError::Engine(Failure::DeviceLost { .. }));
        let given_up = {
            let mut state = self.state();
            // Nothing that this worker left behind counts from here on.
            state.generation += 1;
            state.partners.main_ended();
            state.main = None;
            if !state.helpers.is_empty() {
                // Several at once may have been too much.
                state.pool.close();
                state.helpers.clear();
            }
            // No photo is to blame for a device that went away.
            state.queue.worker_stopped(MAIN, !is_lost)
        };
        self.tell(EngineNews::Helpers(0));
        match next {
            Next::Fresh => {
                self.tell(EngineNews::Note(Some("The GPU stopped answering and was opened anew.".to_owned())));
                self.fresh_worker(None);
            }
            Next::FreshOnCpu => {
                let lost = "The GPU stopped answering; the processor goes on in its place.";
                let note = if is_lost { lost.to_owned() } else { error.to_string() };
                self.tell(EngineNews::Note(Some(note)));
                self.fresh_worker(Some(Backend::Cpu));
            }
            Next::GiveUp => self.enter(Phase::Failed(error)),
        }
        self.give_up(given_up);
    }

    /// Changes the phase, and wakes who waits for one.
    fn enter(&self, phase: Phase) {
        let woken = {
            let mut state = self.state();
            state.phase = phase.clone();
            match phase {
                Phase::Ready(_) | Phase::Failed(_) => std::mem::take(&mut state.waiting),
                Phase::Starting | Phase::Loading(_) | Phase::WarmingUp(_) => Vec::new(),
            }
        };
        self.tell(EngineNews::Phase(phase));
        // Dropped is as good as told.
        drop(woken);
    }
}
