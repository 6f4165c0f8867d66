//! The two sides' messages, and which answer belongs to which request.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::{
    BenchReport, Classify, CloseHead, CloseZip, CurveProgress, CurveResult, Describe, Description, Distort, Distorted,
    DrawCurve, Examine, Examining, Failure, Finding, ForgetPhotos, HeadSummary, KeepActivations, KeepDescriptors,
    KeepSquare, LayerMaps, MeasureParity, MeetPartners, NextZipFiles, OpenHead, OpenScratch, OpenZip, PhotoHash,
    Prediction, ReadTuning, Ready, RunNews, ScratchResult, Shipped, ShowLayers, Start, StartProgress, TimeBase, Train,
    TrainScratch, TrainingProgress, TrainingResult, TuneHead, TuningProgress, TuningRecords, TuningResult, ZipAdd,
    ZipContents, ZipFinish, ZipSlice,
};

/// The number of a request, chosen by the page and never used for another request to the same worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId(pub u64);

/// The number of an opened head, chosen by the page and never used for another head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HeadNumber(pub u32);

/// Page to worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// A request. Requests are taken up in the order in which they come. A [`Run`] then goes on beside later ones, but for
    /// [`Start`], which they wait for.
    Ask {
        /// Returned with everything that is said of the request.
        id: RequestId,
        /// The request.
        request: Request,
    },
    /// The file of the photo that will be asked about first, while [`Start`] still goes on: it may be begun ahead of that. It is
    /// heard at once, has no answer, and changes none.
    Expect {
        /// The file's bytes.
        #[serde(with = "serde_bytes")]
        photo: Vec<u8>,
    },
    /// A partner ended: the photo on its way goes on without any, and so do those after it. It is heard at once.
    EndPartners,
    /// End that run with the best so far, if it still goes on ([`Start`] cannot be ended). It is heard at once.
    Stop {
        /// The run.
        id: RequestId,
    },
}

/// Worker to page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// The worker runs and waits for [`Start`].
    Alive,
    /// A request is taken up: what was asked before it is answered, runs aside.
    Begun {
        /// The request.
        id: RequestId,
    },
    /// The one answer to a request.
    Reply {
        /// The request.
        id: RequestId,
        /// The answer, or why there is none; the engine goes on either way.
        reply: Result<Reply, Failure>,
    },
    /// A run goes on.
    Progress {
        /// The run.
        id: RequestId,
        /// How far it is.
        progress: Progress,
    },
    /// The worker's partners did not answer, or it is faster without them: it computes photos alone from now on.
    Alone,
    /// The engine stopped working (its device was lost, or it made a mistake): a fresh worker is needed, and no request
    /// is answered any more.
    Stopped(Failure),
}

/// A request that has an answer.
pub trait Ask: Into<Request> {
    /// Its answer.
    type Reply;

    /// The answer to such a request, if `reply` is one.
    fn reply(reply: Reply) -> Option<Self::Reply>;

    /// The message that says `reply`.
    fn replied(reply: Self::Reply) -> Reply;
}

/// A request that goes on for a while and says how far it is.
pub trait Run: Ask {
    /// What it says on the way.
    type Progress;

    /// How far such a run is, if `progress` is of one.
    fn progress(progress: Progress) -> Option<Self::Progress>;

    /// The message that says `progress`.
    fn progressed(progress: Self::Progress) -> Progress;
}

/// Writes [`Request`], [`Reply`] and [`Progress`] with a variant of the same name for each request, and ties them
/// together: `Request => its answer, what it says on the way;`.
macro_rules! requests {
    ($($name:ident => $reply:ty $(, $progress:ty)?;)*) => {
        /// What the page asks of its worker.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Request {
            $(
                #[doc = concat!("See [`", stringify!($name), "`].")]
                $name($name),
            )*
        }

        /// The answer to a [`Request`].
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Reply {
            $(
                #[doc = concat!("To [`", stringify!($name), "`].")]
                $name($reply),
            )*
        }

        /// What a run says on the way.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Progress {
            $($(
                #[doc = concat!("Of [`", stringify!($name), "`].")]
                $name($progress),
            )?)*
        }

        $(
            impl From<$name> for Request {
                fn from(request: $name) -> Self {
                    Self::$name(request)
                }
            }

            impl Ask for $name {
                type Reply = $reply;

                fn reply(reply: Reply) -> Option<Self::Reply> {
                    match reply {
                        Reply::$name(reply) => Some(reply),
                        _ => None,
                    }
                }

                fn replied(reply: Self::Reply) -> Reply {
                    Reply::$name(reply)
                }
            }

            $(
                impl Run for $name {
                    type Progress = $progress;

                    fn progress(progress: Progress) -> Option<Self::Progress> {
                        match progress {
                            Progress::$name(progress) => Some(progress),
                            _ => None,
                        }
                    }

                    fn progressed(progress: Self::Progress) -> Progress {
                        Progress::$name(progress)
                    }
                }
            )?
        )*
    };
}

requests! {
    Start => Ready, StartProgress;
    Classify => Prediction;
    Distort => Box<Distorted>;
    Describe => Description;
    KeepDescriptors => ();
    KeepSquare => PhotoHash;
    KeepActivations => PhotoHash;
    ForgetPhotos => ();
    Examine => Vec<Finding>, Examining;
    Train => TrainingResult, RunNews<TrainingProgress>;
    TrainScratch => ScratchResult, RunNews<TrainingProgress>;
    TuneHead => Box<TuningResult>, TuningProgress;
    DrawCurve => CurveResult, RunNews<CurveProgress>;
    OpenScratch => Box<Shipped>;
    ReadTuning => Box<TuningRecords>;
    ShowLayers => Vec<LayerMaps>;
    OpenHead => HeadSummary;
    CloseHead => ();
    MeetPartners => ();
    TimeBase => BenchReport;
    MeasureParity => String;
    ZipAdd => ByteBuf;
    ZipFinish => ByteBuf;
    OpenZip => ZipContents;
    NextZipFiles => ZipSlice;
    CloseZip => ();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Backend, RunCheckpoint, decode, encode};

    /// The name of the request that `reply` answers, found by asking every request.
    fn owners(reply: &Reply) -> Vec<&'static str> {
        let mut owners = Vec::new();
        macro_rules! ask {
            ($($name:ident)*) => {
                $(if $name::reply(reply.clone()).is_some() { owners.push(stringify!($name)); })*
            };
        }
        ask!(Start Classify Distort Describe KeepDescriptors KeepSquare KeepActivations ForgetPhotos Examine Train TrainScratch TuneHead DrawCurve
            OpenScratch ReadTuning ShowLayers OpenHead CloseHead MeetPartners TimeBase MeasureParity ZipAdd ZipFinish OpenZip NextZipFiles CloseZip);
        owners
    }

    #[test]
    fn an_answer_is_of_its_own_request_alone_even_where_others_look_alike() {
        assert_eq!(owners(&KeepDescriptors::replied(())), ["KeepDescriptors"]);
        assert_eq!(owners(&ForgetPhotos::replied(())), ["ForgetPhotos"]);
        assert_eq!(owners(&CloseHead::replied(())), ["CloseHead"]);
        assert_eq!(owners(&MeetPartners::replied(())), ["MeetPartners"]);
        assert_eq!(owners(&CloseZip::replied(())), ["CloseZip"]);
        assert_eq!(owners(&ZipAdd::replied(ByteBuf::new())), ["ZipAdd"]);
        assert_eq!(owners(&ZipFinish::replied(ByteBuf::new())), ["ZipFinish"]);
        assert_eq!(owners(&KeepSquare::replied([7; 32])), ["KeepSquare"]);
        assert_eq!(owners(&KeepActivations::replied([7; 32])), ["KeepActivations"]);
        assert_eq!(owners(&MeasureParity::replied(String::new())), ["MeasureParity"]);
        assert_eq!(owners(&OpenScratch::replied(Box::default())), ["OpenScratch"]);
    }

    #[test]
    fn progress_is_of_its_own_run_alone_even_where_others_look_alike() {
        let far = || RunNews::Far(TrainingProgress { done: 1, of: 2, fitting: true, latest: None });
        assert_eq!(Train::progress(Train::progressed(far())), Some(far()));
        assert_eq!(TrainScratch::progress(Train::progressed(far())), None);
        assert_eq!(Train::progress(TrainScratch::progressed(far())), None);
        assert_eq!(DrawCurve::progress(Start::progressed(StartProgress::WarmingUp(Backend::Cpu))), None);
    }

    #[test]
    fn what_the_worker_says_is_decoded_again() {
        let id = RequestId(300);
        let bytes = ByteBuf::from(vec![1, 2]);
        let kept = RunNews::Checkpoint(RunCheckpoint { done: 1, of: 2, bytes });
        let failed = Failure::Download { file: "head".into(), reason: "404".into() };
        let said = [
            FromWorker::Alive,
            FromWorker::Alone,
            FromWorker::Begun { id },
            FromWorker::Reply { id, reply: Ok(KeepSquare::replied([3; 32])) },
            FromWorker::Reply { id, reply: Err(failed.clone()) },
            FromWorker::Progress { id, progress: Start::progressed(StartProgress::WarmingUp(Backend::WebGpu)) },
            FromWorker::Progress { id, progress: Train::progressed(RunNews::Resumed(None)) },
            FromWorker::Progress { id, progress: DrawCurve::progressed(kept) },
            FromWorker::Stopped(failed),
        ];
        for message in said {
            assert_eq!(decode::<FromWorker>(&encode(&message).unwrap()).unwrap(), message);
        }
    }
}
