/** The API's shapes under the names that the workbench uses. Generated from the server's schemas by `make api`: a shape is
 *  changed there, never here. All times are integer milliseconds. */
import type { components } from './api_types';

type Schemas = components['schemas'];
/** Every field is there and no field is null: what a kind of answer has that the general one may leave out. */
type Full<Shape> = { readonly [Field in keyof Shape]-?: NonNullable<Shape[Field]> };

export type Outcome = Schemas['Outcome'];
/** A segment that a person has judged or drawn. */
export type Segment = Schemas['SegmentOut'];
export type WorkDocument = Schemas['DocumentOut'];
export type Turn = Schemas['TurnOut'];
/** What the current model is asked for, and how far it is. */
export type DraftAsked = Schemas['DraftIn'];
export type Draft = Schemas['DraftOut'];
/** Questions worth asking and phrases to write with, in one language. */
export type Phrasebook = Schemas['PhrasebookOut'];
export type Label = Schemas['LabelOut'];
export type Judgement = Required<Schemas['JudgementOut']>;
/** An event as the model sees it. */
export type ModelSegment = Schemas['PredictedSegmentOut'];

export const CURVE_NAMES = ['raw', 'long', 'short', 'fused'] as const;
export type CurveName = (typeof CURVE_NAMES)[number];

/** Lists of a JSON answer, or arrays over the bytes of `scores_url`. */
export interface Scores extends Readonly<Record<CurveName, ArrayLike<number>>> {
  readonly clip_start_ms: ArrayLike<number>;
  readonly clip_end_ms: ArrayLike<number>;
}
export type Prediction = Omit<Schemas['PredictionOut'], keyof Scores> & Scores;
export type Filmstrip = Schemas['FilmstripOut'];
export type Video = Schemas['VideoOut'];

export type QuestionKind = Schemas['QuestionKind'];
export type Question = Schemas['QuestionOut'];
export type NextQuestion = Schemas['NextOut'];
export type QuestionsRenewed = Schemas['RenewOut'];
/** What waits, kind by kind, and how fast this person taps. */
export type QuestionsWaiting = Schemas['OverviewOut'];

export interface Workbench extends Omit<Schemas['WorkbenchOut'], 'prediction' | 'annotation'> {
  readonly prediction: Prediction | null;
  readonly annotation: Omit<Schemas['WorkbenchOut']['annotation'], 'document'> & { readonly document: WorkDocument };
}
export type Saved = Schemas['SavedOut'];
/** What a refused save brings: the version that somebody else stored meanwhile. */
export type SaveConflict = Full<Schemas['ConflictOut']>;
export type Submitted = Schemas['SubmittedOut'];
export type Person = Schemas['PersonOut'];

/** What other people said about the video. While `is_blind`, others' work stays hidden until one's own is submitted. */
export type Said = Schemas['SaidOut'];
export type SaidSegments = Schemas['SaidSegmentsOut'];
/** A tap in a glance question. */
export type Click = Schemas['ClickOut'];
export type SaidVerdict = Schemas['SaidVerdictOut'];
/** A remark pinned to a moment, or (with a parent) the reply to one. */
export type Comment = Schemas['CommentOut'];
/** A reviewer's newest verdict on one segment; outdated when the segment is no longer what the reviewer saw. */
export type Review = Schemas['ReviewOut'];
export type ReviewVerdict = Review['verdict'];
export type ReviewEnd = Schemas['ReviewEndOut'];

export type ChangeKind = SegmentChange['kinds'][number];
/** What one person did to one segment in one go. */
export type SegmentChange = Schemas['ChangeOut'];
export type AnnotationHistory = Schemas['HistoryOut'];

/** Which preset of keys a person uses, what they changed of it, and whether single letters count at all. */
export type KeyPreferences = Schemas['KeyPreferences'];
export type Preferences = Schemas['Preferences'];
export type Moment = Schemas['MomentOut'];
export type Similar = Schemas['SimilarOut'];
