/** The shapes that cross the API, in the API's own names (docs/architecture.md). All times are integer milliseconds. */

export type Outcome = 'accepted' | 'changed' | 'rejected' | 'manual';

/** A segment that a person has judged or drawn. */
export interface Segment {
  readonly key: string;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly label: string;
  readonly explanation: string;
  readonly outcome: Outcome;
  /** The model's segment it came from. */
  readonly source_id: number | null;
  /** The model's sentence that the person saw. */
  readonly draft_explanation: string;
}

export interface WorkDocument {
  readonly segments: readonly Segment[];
  readonly is_fully_watched: boolean;
  readonly spent_ms: number;
}

export interface Label {
  readonly name: string;
  readonly title: string;
  readonly hotkey: string | number | null;
  readonly color: string;
}

export interface Judgement {
  readonly is_abnormal: boolean;
  readonly text: string;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly confidence: number | null;
}

/** An event as the model sees it. */
export interface ModelSegment {
  readonly id: number;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly label: string;
  readonly confidence: number;
  readonly explanation: string;
  readonly judgement: Judgement | null;
}

export const CURVE_NAMES = ['raw', 'long', 'short', 'fused'] as const;
export type CurveName = (typeof CURVE_NAMES)[number];

/** Lists of a JSON answer, or arrays over the bytes of `scores_url`. */
export interface Scores extends Readonly<Record<CurveName, ArrayLike<number>>> {
  readonly clip_start_ms: ArrayLike<number>;
  readonly clip_end_ms: ArrayLike<number>;
}

export interface Prediction extends Scores {
  readonly id: number;
  readonly model: string;
  /** The scores as bytes; a video's answer is asked for without them. */
  readonly scores_url: string;
  readonly judgement: Judgement | null;
  readonly segments: readonly ModelSegment[];
}

export interface Filmstrip {
  readonly url: string;
  readonly columns: number;
  readonly rows: number;
  readonly tile_width: number;
  readonly tile_height: number;
  readonly interval_ms: number;
  readonly count: number;
}

export interface Video {
  readonly id: number;
  readonly name: string;
  readonly duration_ms: number;
  readonly fps: number;
  readonly frame_count: number;
  readonly width: number;
  readonly height: number;
  readonly is_variable_rate: boolean;
  readonly weak_label: 'normal' | 'abnormal' | 'unknown';
  /** Work on a test video is kept and exported, and never trained on. */
  readonly split: 'train' | 'val' | 'test';
  /** queued, running, succeeded, failed: the state of its preparation. */
  readonly state: string;
  readonly error: string;
  readonly proxy_url: string | null;
  readonly poster_url: string | null;
  readonly filmstrip: Filmstrip | null;
}

export type QuestionKind = 'glance' | 'verify' | 'bounds' | 'explain' | 'dialogue' | 'full';

export interface Question {
  readonly id: number;
  readonly kind: QuestionKind;
  readonly video_id: number;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly segment_id: number | null;
  readonly reason: string;
  readonly leased_until: string;
  readonly model: string;
  readonly label: string | null;
  readonly play: {
    readonly proxy_url: string | null;
    readonly start_ms: number;
    readonly end_ms: number;
    readonly poster_url: string | null;
  };
  readonly video_name: string;
  readonly duration_ms: number;
}

export interface Workbench {
  readonly me: { readonly id: number; readonly name: string };
  readonly project: { readonly id: number; readonly slug: string; readonly name: string };
  readonly video: Video;
  readonly labels: readonly Label[];
  readonly prediction: Prediction | null;
  readonly annotation: {
    readonly id: number;
    readonly revision: number;
    /** draft, submitted; read_only for a viewer, who has no annotation. */
    readonly state: string;
    readonly document: WorkDocument;
  };
  readonly question: Question | null;
}

export interface Saved {
  readonly revision: number;
  readonly saved_at: string;
}

/** What a refused save brings: the version that somebody else stored meanwhile. */
export interface SaveConflict {
  readonly error: string;
  readonly detail: string;
  readonly revision: number;
  readonly document: WorkDocument;
  readonly saved_by: string;
}

export interface Submitted {
  readonly revision: number;
  readonly next: { readonly url: string } | null;
}

export interface NextQuestion {
  readonly question: Question | null;
  readonly open: number;
}
