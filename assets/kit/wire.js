// @ts-check
/** Shapes of the server's JSON that pages and editor share, as types only; `app/web/wire.py` writes them. */

/**
 * @typedef {object} Category
 * @property {string} id
 * @property {string} name
 * @property {boolean} [retired] kept on its tracks, but no longer offered
 */

/**
 * @typedef {object} Attribute one of a project's own: a list of values
 * @property {string} id
 * @property {string} name
 * @property {string[]} choices
 * @property {"track"|"frame"} per
 * @property {string|null} key a digit that goes to the next choice
 * @property {boolean} retired kept on its tracks, but no longer offered
 */

/**
 * @typedef {object} Comment on a video
 * @property {string} id
 * @property {number} frame
 * @property {string|null} track id
 * @property {[number, number]|null} point x, y in pixels of the frame
 * @property {string} text
 * @property {string} author
 * @property {number} created unix seconds
 * @property {boolean} resolved
 * @property {string|null} resolved_by
 * @property {boolean} deleted
 * @property {number} change counts up with every write of any comment
 */

/** @typedef {"queued"|"running"|"cancelling"|"done"|"failed"|"cancelled"} JobStatus */

/**
 * @template [Result=unknown]
 * @typedef {object} Job a background job; times are unix seconds
 * @property {string} id
 * @property {string} kind see `words.js`
 * @property {string} project id
 * @property {string|null} video id
 * @property {JobStatus} status
 * @property {number|null} progress 0 to 1
 * @property {string|null} message what it does now
 * @property {number|null} eta_seconds
 * @property {string|null} error one sentence, of a failed job
 * @property {Result|null} result of a finished job; its shape depends on the kind
 * @property {number} created
 * @property {number|null} started
 * @property {number|null} finished
 */

/** @typedef {{source: string, score: number|null, hash: string|null, mask: string|null}} MachineRow `mask` compressed; null: absent */

/**
 * @typedef {object} LikelyError frames in which tracks are probably wrong
 * @property {string} kind
 * @property {string[]} tracks ids, the one to look at first
 * @property {(string|null)[]} masks hash of each one's mask on `frame` when it was found
 * @property {number} first frame
 * @property {number} last frame, in
 * @property {number} frame that shows it best
 * @property {number} strength 0 to 1
 * @property {Record<string, number>} evidence figures for the reason
 */

/**
 * @typedef {object} IdentityCandidate a change of identities that probably mends an error
 * @property {"merge"|"split"|"swap"} kind
 * @property {string[]} tracks ids
 * @property {number} frame from which on the identities change
 * @property {[track: string, frame: number, hash: string][]} masks that show it, of each thing the last one before and
 *   the first one after the place, as the search read them
 * @property {number} strength 0 to 1
 * @property {Record<string, number>} evidence figures for the reason
 * @property {boolean} dismissed by a person
 */

/** @typedef {{id: string, name: string, merge?: number, split?: number, swap?: number}} IdentityVideo how many changes are suggested */

/** @typedef {{unreviewed: number, accepted: number, corrected: number, rejected: number, look: number}} Counts masks by state, each once: flagged ones as `look` */

/**
 * @typedef {object} VideoLine one video in the list of its project
 * @property {string} id
 * @property {string} name
 * @property {number} count frames
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {string} state new, proposed, review or done
 * @property {Counts} counts
 * @property {number} tracks
 * @property {number} [frames] frames with at least one row
 * @property {number} [bare] frames to be annotated that have no mask row and lie in no complete range
 * @property {number} [complete] frames that are declared complete
 * @property {number} [asked] frames times tracks
 * @property {number} [done] those of them that leave nothing to ask
 * @property {number} seconds
 * @property {Job|null} [job] the active job of this video
 * @property {string|null} [problem] why its source cannot be read
 * @property {number|null} [proposed] frames, from the first on, that the last proposal stored before it broke off
 * @property {number} [last_edit]
 * @property {number} [place] from 1, in the order of what to correct next; the page adds it, as `why`
 * @property {string[]} [why] the reasons of its place, as sentences
 */

/**
 * @typedef {object} Project
 * @property {string} id
 * @property {string} name
 * @property {Category[]} categories
 * @property {boolean} [archived]
 * @property {number} removed removed videos
 * @property {VideoLine[]} videos
 */

/**
 * @typedef {object} TrackLine one track of the page of tracks
 * @property {string} id
 * @property {number} number
 * @property {string|null} name
 * @property {string|null} category id
 * @property {{id: string, name: string}} video
 * @property {"accepted"|"corrected"|"look"|"rejected"|"unreviewed"} state
 * @property {number|null} score 0 to 1
 * @property {number} masks frames with a mask
 * @property {number|null} first frame with a mask
 * @property {number|null} last frame with a mask
 * @property {number|null} frame that shows it best; null where it has no mask
 * @property {string|null} mask hash of its mask on that frame
 * @property {number} area pixels of that mask
 * @property {number} human rows that a person drew or judged
 * @property {string[]} sources of its masks
 * @property {string|null} author of its newest edit
 */

/**
 * @typedef {object} BulkCounts what a verb would do to many tracks
 * @property {number} tracks that change
 * @property {number} masks of theirs
 * @property {number} videos
 * @property {number} locked tracks that stay because of a person's work
 * @property {number} unchanged tracks that are so already
 */

/**
 * @typedef {object} TrackFacets numbers of tracks of a project by value
 * @property {(Category & {tracks: number})[]} categories
 * @property {number} uncategorised
 * @property {Record<string, number>} states
 * @property {Record<string, number>} sources
 * @property {Record<string, number>} authors "run:" is any job or import
 * @property {Record<string, number>} flags occluded, truncated, crowd
 * @property {AttributeFacet[]} attributes
 * @property {Record<string, number>} comments "open", and "any" with the resolved ones
 * @property {Record<string, number>} commenters by author
 * @property {{id: string, name: string}[]} videos
 */

/** @typedef {{id: string, name: string, per: "track"|"frame", values: {value: string, tracks: number}[], without: number}} AttributeFacet */

/** @typedef {{id: string, name: string, videos: number}} ProjectLine a project in the list of all projects */

/**
 * @typedef {object} Video the open video
 * @property {string} id
 * @property {string} name
 * @property {number} count frames
 * @property {number} confirmed frames from the front whose number is final
 * @property {boolean} [partial] whether frames after the last one may still be found
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {string} [content_hash]
 * @property {{id: string, name: string}} project
 * @property {string} [path]
 * @property {number[]} pts time of each frame, in ticks
 * @property {[number, number]} time_base seconds per tick, as a fraction
 * @property {Gap[]} [gaps]
 * @property {FrameRange[]} [damage]
 * @property {number[]} [cuts] frames at which a new scene begins
 * @property {Category[]} categories
 * @property {Attribute[]} [attributes]
 * @property {boolean} [guide] whether the project has an annotation guide
 * @property {CompleteRange[]} [complete]
 * @property {string|null} [problem] why its source cannot be read
 */

/** @typedef {{start: number, stop: number}} FrameRange frames from start to stop - 1 */
/** @typedef {FrameRange & {id: string, categories: string[], version: number}} CompleteRange frames declared complete */

/**
 * @typedef {object} Gap a place where frames are missing
 * @property {number} after frame before the gap, -1 for the begin of the video
 * @property {string} reason
 * @property {number|null} [start] ticks
 * @property {number|null} [end] ticks
 */

/** @typedef {{size: [number, number], counts: string}} Rle compressed COCO run lengths; size is height, width */

/** @typedef {string|{reason: string, author: string}|null} Look why a row needs a look */

/**
 * @typedef {object} RowValues what an edit writes into a row of a track or of a mask; keys that are missing stay as they are
 * @property {number|null} [number] of the track, null while the server has given none
 * @property {string|null} [category] id
 * @property {string|null} [name]
 * @property {boolean} [deleted]
 * @property {boolean} [rejected]
 * @property {boolean} [occluded]
 * @property {boolean} [iscrowd]
 * @property {boolean} [truncated]
 * @property {Record<string, string>|null} [attributes] chosen values by attribute id
 * @property {string|null} [run]
 * @property {string|null} [parent] the edit from which a mask was spread, the later one of two
 * @property {string|null} [other_parent] the earlier one
 * @property {Record<string, unknown>|null} [extra]
 * @property {"present"|"absent"} [state]
 * @property {string|null} [mask] hash
 * @property {Rle} [rle]
 * @property {string} [source]
 * @property {MaskReview} [review]
 * @property {boolean} [key]
 * @property {number|null} [score] 0 to 1
 * @property {Look} [look]
 * @property {number} [start] of a complete range
 * @property {number} [stop] of a complete range
 * @property {string[]} [categories] of a complete range
 */

/** @typedef {"unreviewed"|"accepted"|"corrected"|"rejected"} MaskReview */

/**
 * @typedef {object} WrittenRow a row as the server wrote it: of a mask, of a track (frame null), or of a complete range
 * @property {string|null} track id
 * @property {number|null} frame
 * @property {string} [range_id]
 * @property {number} version number of the edit that wrote it
 * @property {RowValues|null} after null where it was taken away
 */

/**
 * @typedef {object} MoreSent what a row seldom has. `run` only where it is not that of the track of a proposed row, null
 *   of any other row.
 * @property {string|null} [run]
 * @property {string} [parent]
 * @property {string} [other_parent]
 * @property {boolean} [occluded]
 * @property {boolean} [iscrowd]
 * @property {boolean} [truncated]
 * @property {Record<string, string>} [attributes] chosen values by attribute id
 * @property {Record<string, unknown>} [extra]
 * @property {string} [lookAuthor]
 */

/**
 * One row of `GET tracks`: state is 1 for present and 0 for absent.
 * @typedef {[frame: number, state: number|string, source: string, review: MaskReview, key: boolean, score: number|null, look: string|null, version: number, hash: string|null, area: number|null, more?: MoreSent]} SentRow
 */

/**
 * @typedef {object} SentTrack a track of `GET tracks`
 * @property {string} id
 * @property {number} number
 * @property {string|null} category
 * @property {string|null} name
 * @property {boolean} deleted
 * @property {boolean} rejected
 * @property {boolean} occluded
 * @property {boolean} iscrowd
 * @property {boolean} [truncated]
 * @property {Record<string, string>} [attributes] chosen values by attribute id
 * @property {number|null} score
 * @property {string|null} run
 * @property {Record<string, unknown>} [extra]
 * @property {number} version
 * @property {SentRow[]} rows
 */

/** @typedef {{last_edit: number, tracks: SentTrack[], runs?: Record<string, string>}} SentTracks `runs`: names of what proposed, by run */

/**
 * @typedef {object} EditResult the server's answer to one edit of a batch
 * @property {string} id
 * @property {"applied"|"repeated"|"conflict"|"refused"} status
 * @property {number} [number]
 * @property {WrittenRow[]} rows
 * @property {string} [error]
 */

/**
 * @typedef {object} UndoResult the server's answer to undo or redo
 * @property {"applied"|"nothing"|"conflict"} status
 * @property {WrittenRow[]} [rows]
 * @property {number} [number]
 * @property {string|null} [kind] of the edit that was undone or redone
 * @property {number|null} [frame] first frame whose masks changed
 * @property {number|null} [last_frame]
 * @property {string} [error]
 */

/**
 * @typedef {object} HistoryEdit one entry of the edit log
 * @property {string} kind
 * @property {string} [author]
 * @property {number} created unix seconds
 * @property {boolean} [undone]
 * @property {[number, number]|null} [frames] first and last
 * @property {string[]} [tracks] ids
 */

/**
 * @typedef {object} VersionLine one edit that changed a track
 * @property {number} number
 * @property {string} kind
 * @property {string} author
 * @property {number} created unix seconds
 * @property {boolean} undone
 * @property {number|null} frame one that it changed, rather with a mask
 * @property {string|null} mask compressed run lengths of the mask there
 * @property {boolean} gone whether the edit took this mask away
 */

/**
 * @typedef {object} SentVersion a track as it was after an edit
 * @property {number} number of the edit
 * @property {RowValues} own
 * @property {[frame: number, after: RowValues][]} rows
 * @property {Record<string, string>} blobs compressed masks that the track has no more, by hash
 */

/** @typedef {{id: string, name: string, config: string, classes?: string[]}} ProposingCheckpoint */

/**
 * @typedef {object} Proposer the checkpoint that would propose, and what it can find here
 * @property {ProposingCheckpoint|null} checkpoint
 * @property {string[]} known categories of the project that it has a class for
 * @property {string[]} unknown
 * @property {string|null} warning
 * @property {string|null} device
 * @property {string|null} unsteady why masks cannot be made steady here, a sentence; null: they can
 * @property {{frames: number, count: number}|null} kept what an unfinished run of this checkpoint has stored of the video
 * @property {{name: string, size_bytes: number, classes: number|string[]}[]} [downloads]
 */

/**
 * @typedef {object} SentDraft a row that a run suggests
 * @property {string} run id
 * @property {string} track id
 * @property {number} frame
 * @property {"present"|"absent"} state
 * @property {string|null} mask hash
 * @property {number|null} confidence 0 to 1
 * @property {string|null} doubt why a person should check it first
 */

/** @typedef {{id: string, state: string, job: string|null, stretches: Record<string, [start: number, stop: number]>}} DraftRun */

/** @typedef {{runs: DraftRun[], drafts: SentDraft[], blobs: Record<string, string>}} SentDrafts `blobs`: compressed masks by hash */

/** @typedef {SentDrafts & {next: number|null}} DraftPage `next`: the frame with which the next page begins, null at the end */

/** @typedef {{run: string|null, track: string|null, start: number|null, stop: number|null}} RemovedDrafts null for any, and for no bound */

/**
 * @typedef {object} AppliedDrafts
 * @property {string} edit id
 * @property {number} number of the edit
 * @property {WrittenRow[]} rows
 * @property {{human: number, outdated: number}} left drafts that were not applied, by reason
 */

/**
 * @typedef {{type: "drafts", video: string} & SentDrafts|{type: "drafts_removed", video: string} & RemovedDrafts|{type: "edit", video: string, number: number, rows: WrittenRow[]}|{type: "job", job: Job}|{type: "comment", video: string, comment: Comment}|{type: "hello"|"pong"}} Message
 *   over the page's WebSocket
 */

export {};
