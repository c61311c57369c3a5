"""Keys of providers whose format is only so many random characters: a name beside them says whose they are.

A row is the rule, words that a name holds (``algolia_api_key``, ``DATADOG_APP_KEY``) and the value's shape. Shapes are
from the providers' documentation of their keys.
"""

from __future__ import annotations

import re

_SHAPES = {
    "h16": r"[0-9a-f]{16}|[0-9A-F]{16}",
    "h20": r"[0-9a-f]{20}|[0-9A-F]{20}",
    "h24": r"[0-9a-f]{24}|[0-9A-F]{24}",
    "h32": r"[0-9a-f]{32}|[0-9A-F]{32}",
    "h40": r"[0-9a-f]{40}|[0-9A-F]{40}",
    "h48": r"[0-9a-f]{48}|[0-9A-F]{48}",
    "h64": r"[0-9a-f]{64}|[0-9A-F]{64}",
    "uuid": r"(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",
    "a": r"[A-Za-z0-9]{16,80}",
    "w": r"[A-Za-z0-9_=.+/-]{16,120}",
    "su": r"su[A-Za-z0-9]{12}",
    "d10": r"[0-9]{10}:[A-Za-z0-9_-]{35}",
}

_ROWS = """
adafruit-key adafruit w
adobe-key adobe h32
airbrake-key airbrake h32
alchemy-key alchemy w
algolia-key algolia h32
amplitude-key amplitude h32
appdynamics-key appdynamics uuid
appcenter-token appcenter h40
artifactory-key artifactory w
asana-secret asana a
auth0-secret auth0 w
azure-key azure w
baidu-key baidu a
bamboohr-key bamboohr h40
bitbucket-secret bitbucket w
bitly-token bitly h40
bittrex-key bittrex h32
braze-key braze uuid
browserstack-key browserstack a
bugsnag-key bugsnag h32
calendly-token calendly w
chartmogul-key chartmogul h32
cloudflare-key cloudflare w
cloudinary-secret cloudinary w
cloudsight-key cloudsight a
codacy-token codacy a
codeclimate-token codeclimate h64
codecov-token codecov uuid
cohere-key cohere a
coinbase-secret coinbase w
contentful-key contentful w
coveralls-token coveralls a
cypress-key cypress uuid
datadog-key datadog,dd_api,dd_app h32,h40
deepgram-key deepgram h40
deepl-key deepl uuid,w
deepseek-key deepseek w
digitalocean-key digitalocean w
discord-secret discord w
disqus-key disqus a
docusign-key docusign uuid
drone-token droneci,drone a
dropbox-secret dropbox a,w
dnsimple-token dnsimple a
elastic-password elastic,elasticsearch w
etsy-key etsy a
eventbrite-token eventbrite a
facebook-secret facebook h32
fastly-token fastly w
finicity-key finicity h32,a
finnhub-key finnhub a
firebase-key firebase w
flickr-secret flickr h32,h16
foursquare-secret foursquare a
freshbooks-secret freshbooks h64
freshdesk-key freshdesk a
gitea-token gitea h40
gitter-token gitter h40
gcp-secret gcp w
giphy-key giphy a
google-maps-key googlemaps w
heroku-key heroku uuid
here-key heremaps w
hubspot-key hubspot uuid
ibm-key ibm_cloud,ibmcloud w
imgur-secret imgur h40
infura-key infura h32
instagram-secret instagram h32,w
intercom-key intercom w
ipinfo-token ipinfo a
jenkins-token jenkins h32,h34,a
jumpcloud-key jumpcloud h40
keen-key keenio w
kickbox-key kickbox a
klaviyo-key klaviyo w
kraken-secret kraken w
kucoin-secret kucoin uuid,h24
lastfm-key lastfm h32
launchdarkly-secret launchdarkly w
line-token linebot,line_channel w
linkedin-secret linkedin a
linode-token linode h64
lob-secret lob_api w
localytics-key localytics a
logdna-key logdna,mezmo h32
loggly-token loggly uuid
mailchimp-secret mailchimp w
mailgun-secret mailgun w
mailjet-key mailjet h32
mandrill-secret mandrill w
mapquest-key mapquest a
mattermost-token mattermost a
meraki-key meraki h40
messagebird-key messagebird a,uuid
mistral-key mistral a
mixpanel-secret mixpanel h32
mongodb-password mongodb,mongo w
monday-token monday w
mux-secret mux_token w
nasa-key nasa_api a
netlify-secret netlify w
newsapi-key newsapi h32
nightfall-key nightfall w
nytimes-key nytimes,newyorktimes w
okta-secret okta w
onelogin-secret onelogin h64
openai-secret openai w
openweather-key openweather,owm h32
opsgenie-key opsgenie uuid
optimizely-token optimizely w
pagerduty-token pagerduty w
papertrail-token papertrail a
paypal-key paypal w
pinboard-token pinboard a
pingdom-token pingdom w
pipedrive-token pipedrive h40
pivotal-token pivotal h32
plaid-secret plaid h24,a
plivo-token plivo a
postmark-token postmark uuid
prestashop-key prestashop a
pushbullet-token pushbullet w
pusher-secret pusher h20
rapidapi-key rapidapi a
reddit-secret reddit w
rabbitmq-password rabbitmq w
rollbar-token rollbar h32
route4me-key route4me h32
salesforce-secret salesforce w
sauce-key saucelabs,sauce_access uuid
scrapingbee-key scrapingbee a
securitytrails-key securitytrails a
segment-key segment a
sentry-secret sentry h32,h64
shodan-key shodan a
sidekiq-secret bundle_enterprise,bundle_gems w
snyk-key snyk uuid
sparkpost-key sparkpost h40
splunk-token splunk uuid
spotify-secret spotify h32
squarespace-key squarespace w
statuspage-key statuspage w
stormpath-key stormpath a
strava-secret strava h40
sumologic-key sumo_access,sumologic a,su
surveymonkey-token surveymonkey w
telegram-token telegram d10
tenable-secret tenable h64
testrail-key testrail w
tinify-key tinify,tinypng a
todoist-token todoist h40
travis-token travisci,travis a
trello-key trello h32,h64
tumblr-secret tumblr a
twilio-secret twilio h32
twitch-secret twitch a
twitter-secret twitter a,w
unsplash-secret unsplash w
urlscan-key urlscan uuid
vercel-secret vercel w
virustotal-key virustotal,vt_api h64
weatherstack-key weatherstack h32
webflow-token webflow h64
whatsapp-token whatsapp w
wepay-token wepay w
woocommerce-secret woocommerce w
wunderground-key wunderground h32,h16
xero-secret xero w
yandex-secret yandex w
yelp-key yelp w
zendesk-secret zendesk w
zoho-secret zoho w
zoom-secret zoom_api,zoom_client,zoom_jwt w
"""

NAMED: dict[str, tuple[str, re.Pattern[str]]] = {}
"""Word of a provider to its rule and the shape of its keys."""
for _row in _ROWS.split("\n"):
    if _row:
        _rule, _words, _shape = _row.split()
        _pattern = re.compile("|".join(f"(?:{_SHAPES[s]})" for s in _shape.split(",") if s in _SHAPES))
        for _word in _words.split(","):
            NAMED[_word] = (_rule, _pattern)
RULES = frozenset(rule for rule, _ in NAMED.values())
"""Names of all rules here."""
