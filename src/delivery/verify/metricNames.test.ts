import { expect, test } from "vitest";
import { metricNames } from "./metricNames.ts";

test.each<[string, string[]]>([
  ["http_requests_total", ["http_requests_total"]],
  [`sum(http_requests_total{job="shop", code=~"5.."})`, ["http_requests_total"]],
  [`sum by (release) (http_requests_total{release="v1"})`, ["http_requests_total"]],
  [`sum(rate(a:b_total[5m])) without (pod) / on (job) group_left (x) c_total`, ["a:b_total", "c_total"]],
  [`sum without (pod) (x_total offset 5m)`, ["x_total"]],
  [`x_total or vector(0)`, ["x_total"]],
  [`{__name__="odd.name", job="x"}`, ["odd.name"]],
  [`x_total{a="}", b='{y_total}'} # z_total\n + 1e3`, ["x_total"]],
  [`max_over_time(x_total[1h:5m]) and x_total`, ["x_total"]],
  ["1", []],
])("%s", (query, names) => expect(metricNames(query)).toEqual(names));
