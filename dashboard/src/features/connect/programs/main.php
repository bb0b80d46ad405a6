<?php

require 'vendor/autoload.php';

use OpenFeature\implementation\flags\MutableEvaluationContext;
use OpenFeature\OpenFeatureAPI;
use OpenFeature\Providers\GoFeatureFlag\config\Config;
use OpenFeature\Providers\GoFeatureFlag\GoFeatureFlagProvider;

$config = new Config('https://burgee.example', 'bgs_key'); // connects to ENVIRONMENT
OpenFeatureAPI::getInstance()->setProvider(new GoFeatureFlagProvider($config));

$flags = OpenFeatureAPI::getInstance()->getClient();
$holiday = $flags->getBooleanValue('Flags.isHoliday', false, new MutableEvaluationContext('alice'));
echo $holiday ? "A special day\n" : "A normal day\n";
