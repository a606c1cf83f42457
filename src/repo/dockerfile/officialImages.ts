/**
 * Images that Docker Hub has without an owner before their name. Another bare name is no image that could be pulled: it is
 * built on the machine that uses it.
 *
 * Source: https://github.com/docker-library/official-images, folder library.
 */
const names = `
  adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux backdrop bash bonita
  buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos clickhouse clojure composer convertigo
  couchbase couchdb crate dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx
  erlang express-gateway fedora flink fluentd friendica gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell
  haxe hello-world hitch httpd hylang ibm-semeru-runtimes ibmjava influxdb irssi java jetty jobber joomla jruby julia
  kapacitor kibana kong krakend lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo
  mongo-express monica mono mysql nats nats-streaming neo4j neurodebian nextcloud nginx node notary odoo open-liberty
  openjdk opensuse oraclelinux orientdb percona perl photon php php-zendserver phpmyadmin plone postfixadmin postgres pypy
  python r-base rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine sl
  solr sonarqube spark spiped storm swift swipl teamspeak telegraf thrift tomcat tomee traefik ubuntu unit varnish vault
  websphere-liberty wordpress xwiki yourls zookeeper znc
`;
const official: ReadonlySet<string> = new Set(names.split(/\s+/).filter((name) => name !== ""));

/** Distributions without releases: of an image of last month nothing can be installed any more. */
export const rolling: RegExp = /(^|\/)(archlinux(\/archlinux)?|opensuse\/tumbleweed|kali-rolling|stage3)(:|$)/;

/** Whether a reference without tag and digest can be asked a registry for: it names one, or an owner, or it is official. */
export function isPublished(path: string): boolean {
  return path.includes("/") || official.has(path);
}
