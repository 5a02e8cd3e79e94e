/** The calls about reviews, comments, history, and what others said. */
import type {
  AnnotationHistory,
  Comment,
  Review,
  ReviewEnd,
  ReviewVerdict,
  Said,
  Workbench,
} from '../state/contract';
import { called } from './api';

export interface NewComment {
  readonly at_ms: number;
  readonly segment_key: string | null;
  readonly text: string;
  readonly parent_id: number | null;
  /** Made by who writes it: sent twice, it is one comment. */
  readonly key: string;
}

export interface NewReview {
  readonly segment_key: string;
  readonly verdict: ReviewVerdict;
  readonly comment: string;
  /** The one that the reviewer looked at. */
  readonly revision: number;
}

export function saidOf(video_id: number): Promise<Said> {
  return called(`/api/videos/${video_id}/said`);
}

export function workbenchOfOther(annotation_id: number): Promise<Workbench> {
  return called(`/api/annotations/${annotation_id}/workbench`);
}

export async function commentsOf(video_id: number): Promise<readonly Comment[]> {
  return (await called<{ readonly comments: readonly Comment[] }>(`/api/videos/${video_id}/comments`)).comments;
}

export function commentAdd(video_id: number, body: NewComment): Promise<Comment> {
  return called(`/api/videos/${video_id}/comments`, { method: 'POST', body });
}

export function commentResolve(comment_id: number, is_resolved: boolean): Promise<Comment> {
  return called(`/api/comments/${comment_id}/resolve`, { method: 'POST', body: { is_resolved } });
}

export function commentRemove(comment_id: number): Promise<unknown> {
  return called(`/api/comments/${comment_id}`, { method: 'DELETE' });
}

export async function reviewsOf(annotation_id: number): Promise<readonly Review[]> {
  return (await called<{ readonly reviews: readonly Review[] }>(`/api/annotations/${annotation_id}/reviews`)).reviews;
}

export function segmentReview(annotation_id: number, body: NewReview): Promise<Review> {
  return called(`/api/annotations/${annotation_id}/reviews`, { method: 'POST', body });
}

export function reviewEnd(annotation_id: number, revision: number): Promise<ReviewEnd> {
  return called(`/api/annotations/${annotation_id}/reviews/end`, { method: 'POST', body: { revision } });
}

export function historyOf(annotation_id: number, before: number | null): Promise<AnnotationHistory> {
  const query = before === null ? '' : `?before=${before}`;
  return called(`/api/annotations/${annotation_id}/history${query}`);
}
